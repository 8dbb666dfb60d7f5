use std::time::Duration;

/// How often of two random times, one of each list, the first is the longer one; ties count half (the area under the
/// ROC curve). Half: the two cannot be told apart by it. Nought or one: a single look is enough.
pub fn how_often_longer(times: &[Duration], than: &[Duration]) -> f64 {
    let mut sorted = than.to_vec();
    sorted.sort_unstable();
    let halves: usize = times
        .iter()
        .map(|time| {
            sorted.partition_point(|other| other < time) + sorted.partition_point(|other| other <= time)
        })
        .sum();
    as_number(halves) / 2.0 / as_number(times.len()) / as_number(sorted.len())
}

/// The middle of some times, in milliseconds.
pub fn median_milliseconds(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "there are not so many tries")]
const fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(milliseconds: &[u64]) -> Vec<Duration> {
        milliseconds.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn what_can_be_told_apart_is_seen() {
        let close = |a: &[u64], b: &[u64], expected: f64| {
            let found = how_often_longer(&times(a), &times(b));
            assert!((found - expected).abs() < 1e-9, "{a:?} {b:?}: {found}");
        };
        close(&[1, 2, 3], &[1, 2, 3], 0.5);
        close(&[4, 5], &[1, 2, 3], 1.0);
        close(&[1], &[2, 3], 0.0);
        close(&[2, 2], &[1, 2, 3, 4], 0.375);
        close(&[1, 9], &[5], 0.5);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median_milliseconds(&times(&[9, 1, 5])) - 5.0).abs() < 1e-9);
    }
}
