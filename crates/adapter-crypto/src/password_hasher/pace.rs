use std::time::Duration;

/// By how much of itself the remembered pace is longer than what is expected of it.
const MARGIN: u32 = 8;

/// With each hash, so much of the difference to a slower pace of the past is forgotten: half of it within 22 hashes.
const FORGOTTEN: u32 = 32;

/// How long bcrypt takes on this machine: the longest of late, so that ordinary noise stays below it.
pub(super) struct Pace {
    /// The time of one of the 2^cost rounds.
    round: Duration,
}

impl Pace {
    /// A pace at which a hash of this cost takes so long.
    pub(super) fn of(cost: u32, took: Duration) -> Self {
        Self { round: took / rounds(cost) }
    }

    /// How long a hash of this cost takes at most, but for rare exceptions.
    pub(super) fn expected(&self, cost: u32) -> Duration {
        let time = self.round * rounds(cost);
        time + time / MARGIN
    }

    /// Learns from a hash. A slower one counts at once, but as twice as slow at most: a machine that stood still says
    /// nothing of bcrypt. A faster one is believed slowly.
    pub(super) fn learn(&mut self, cost: u32, took: Duration) {
        let round = took / rounds(cost);
        let forgotten = self.round.saturating_sub(round) / FORGOTTEN;
        self.round = self.round.saturating_sub(forgotten).max(round.min(self.round * 2));
    }

    /// Learns from a hash so cheap that any interruption makes it look slow: only that time has passed.
    pub(super) fn learn_from_cheap(&mut self, cost: u32, took: Duration) {
        let round = self.round;
        self.learn(cost, took.min(round * rounds(cost)));
    }
}

/// The cost is the logarithm of the rounds.
fn rounds(cost: u32) -> u32 {
    1 << cost
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// A millisecond a round.
    fn pace() -> Pace {
        Pace::of(4, 16 * MILLISECOND)
    }

    #[test]
    fn each_step_of_cost_doubles_the_time_and_there_is_a_margin() {
        assert_eq!(pace().expected(4), 18 * MILLISECOND);
        assert_eq!(pace().expected(10), 1152 * MILLISECOND);
        assert_eq!(pace().expected(14), 18_432 * MILLISECOND);
    }

    #[test]
    fn a_slower_hash_counts_at_once_but_as_twice_as_slow_at_most() {
        let mut pace = pace();
        pace.learn(10, 1536 * MILLISECOND);
        assert_eq!(pace.expected(10), 1728 * MILLISECOND);
        pace.learn(10, 60_000 * MILLISECOND);
        assert_eq!(pace.expected(10), 2 * 1728 * MILLISECOND);
    }

    #[test]
    fn a_faster_hash_is_believed_slowly() {
        let mut pace = pace();
        pace.learn(10, 2048 * MILLISECOND);
        for _ in 0..22 {
            pace.learn(10, 1024 * MILLISECOND);
        }
        let half_way = (1024 + 512) * MILLISECOND * 9 / 8;
        assert!(pace.expected(10).abs_diff(half_way) < 10 * MILLISECOND, "{:?}", pace.expected(10));
    }

    #[test]
    fn noise_within_the_margin_stays_below_what_is_expected() {
        let mut pace = pace();
        for at in 0..1_000 {
            let took = 1024 * MILLISECOND * (100 + at * 7 % 12) / 100;
            assert!(took <= pace.expected(10), "hash {at}");
            pace.learn(10, took);
        }
    }

    #[test]
    fn a_cheap_hash_never_slows_the_pace_and_else_counts_as_any_other() {
        let (mut cheap, mut other) = (pace(), pace());
        cheap.learn_from_cheap(4, 160 * MILLISECOND);
        assert_eq!(cheap.expected(10), pace().expected(10));
        cheap.learn_from_cheap(4, 8 * MILLISECOND);
        other.learn(10, 512 * MILLISECOND);
        assert_eq!(cheap.expected(10), other.expected(10));
    }
}
