use std::collections::BTreeMap;
use std::time::Duration;

/// What one window of load showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    /// Answers of 2xx a second.
    pub(crate) rate: f64,
    /// CPU time that the server took for an answer, in µs; 0 where it was not looked at.
    pub(crate) cpu: f64,
    /// Half of the answers came within so many ms.
    pub(crate) p50: f64,
    /// 99 of 100 answers came within so many ms.
    pub(crate) p99: f64,
    /// How many answers had which status.
    pub(crate) statuses: BTreeMap<u16, u64>,
}

impl Figures {
    /// From the latencies of all answers in a window, in µs.
    pub(crate) fn of(mut micros: Vec<u32>, statuses: BTreeMap<u16, u64>, window: Duration) -> Self {
        micros.sort_unstable();
        let good: u64 = statuses.range(200..300).map(|(_, count)| count).sum();
        Self {
            rate: float(good) / window.as_secs_f64(),
            cpu: 0.0,
            p50: quantile(&micros, 50) / 1_000.0,
            p99: quantile(&micros, 99) / 1_000.0,
            statuses,
        }
    }

    /// With the CPU time that the server took in the window.
    pub(crate) fn with_cpu(mut self, taken: Duration) -> Self {
        let answers: u64 = self.statuses.values().sum();
        self.cpu = taken.as_secs_f64() * 1_000_000.0 / float(answers.max(1));
        self
    }
}

fn quantile(sorted: &[u32], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().map_or(0.0, f64::from)
}

/// The middle of what the rounds showed.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// One figure of each round, in the middle.
pub(crate) fn median_of(rounds: &[Figures], figure: impl Fn(&Figures) -> f64) -> f64 {
    median(rounds.iter().map(figure))
}

/// One figure of each round against that of its neighbour in the same round, in the middle: what slows a whole round
/// down does not show.
pub(crate) fn ratio(ours: &[Figures], theirs: &[Figures], figure: impl Fn(&Figures) -> f64) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| figure(ours) / figure(theirs)))
}

/// Exact for every count that occurs here.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}
