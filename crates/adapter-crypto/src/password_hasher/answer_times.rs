use std::time::{Duration, Instant};

use super::pace::Pace;
use super::stored_hash::COSTS;

/// The longest that "wrong" is kept back, from when the password's turn came.
const LONGEST: Duration = Duration::from_secs(2);

/// Says when it may be told that a password is wrong, so that the time tells nothing of the hash.
///
/// It goes by a timetable in which each hash takes as long as the slowest there is: of today's cost, or of the highest on
/// record. What really was hashed, a cheap import or nothing at all, only decides how long a thread idles before the
/// next one's turn, and nobody waits on it there. So whoever sends many tries at once sees no difference either, as long
/// as their turns come within the longest time.
pub(super) struct AnswerTimes {
    todays_cost: u32,
    pace: Pace,
    /// For each thread, when the timetable has it free again.
    free_from: Vec<Instant>,
}

impl AnswerTimes {
    /// For this many threads, all of which are free now.
    pub(super) fn new(todays_cost: u32, pace: Pace, threads: usize, now: Instant) -> Self {
        Self { todays_cost, pace, free_from: vec![now; threads.max(1)] }
    }

    /// A thread begins with a password: from when on it may be told that it is wrong.
    pub(super) fn begin(&mut self, now: Instant, highest_cost: Option<u32>) -> Instant {
        let slowest = highest_cost.map_or(self.todays_cost, |highest| highest.max(self.todays_cost));
        let expected = self.pace.expected(slowest.min(*COSTS.end()));
        let Some(free_from) = self.free_from.iter_mut().min() else { return now + expected };
        *free_from = ((*free_from).max(now) + expected).min(now + LONGEST);
        *free_from
    }

    /// A thread has hashed a password of this cost.
    pub(super) fn learn(&mut self, cost: u32, took: Duration) {
        if cost < self.todays_cost {
            self.pace.learn_from_cheap(cost, took);
        } else {
            self.pace.learn(cost, took);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// What a hash of cost 10 takes here; a margin of an eighth comes on top.
    const OF_COST_10: Duration = Duration::from_millis(64);

    fn times(threads: usize, now: Instant) -> AnswerTimes {
        AnswerTimes::new(10, Pace::of(10, OF_COST_10), threads, now)
    }

    #[rstest]
    #[case::nothing_on_record(None, 72)]
    #[case::cheaper_ones_on_record(Some(8), 72)]
    #[case::the_same(Some(10), 72)]
    #[case::a_slower_one(Some(11), 144)]
    #[case::the_slowest(Some(14), 1152)]
    #[case::one_that_is_not_believed(Some(31), 1152)]
    fn wrong_is_told_no_sooner_than_the_slowest_hash_would_take(
        #[case] highest_cost: Option<u32>,
        #[case] milliseconds: u64,
    ) {
        let now = Instant::now();
        let from = times(1, now).begin(now, highest_cost);
        assert_eq!(from - now, Duration::from_millis(milliseconds));
    }

    #[test]
    fn wrong_is_kept_back_for_two_seconds_at_most() {
        let now = Instant::now();
        let mut slow = AnswerTimes::new(14, Pace::of(14, 5 * LONGEST), 1, now);
        assert_eq!(slow.begin(now, None) - now, LONGEST);
        let mut long_line = times(1, now);
        let last = (0..100).map(|_| long_line.begin(now, None)).last().unwrap();
        assert_eq!(last - now, LONGEST);
    }

    #[test]
    fn a_thread_that_idled_is_free_at_once() {
        let now = Instant::now();
        let mut times = times(1, now);
        times.begin(now, None);
        let later = now + 1_000 * MILLISECOND;
        assert_eq!(times.begin(later, None) - later, 72 * MILLISECOND);
    }

    /// When tries at one account, sent at once, are told to be wrong, if each really takes so long.
    fn told(threads: usize, tries: usize, really: Duration, highest_cost: Option<u32>) -> Vec<Duration> {
        let start = Instant::now();
        let mut times = times(threads, start);
        let mut free = vec![start; threads];
        let mut told = Vec::new();
        for _ in 0..tries {
            let thread = free.iter_mut().min().unwrap();
            let from = times.begin(*thread, highest_cost);
            *thread += really;
            times.learn(10, OF_COST_10);
            told.push(from.max(*thread) - start);
        }
        told
    }

    #[rstest]
    fn tries_at_once_are_told_at_the_same_times_whatever_the_hash(
        #[values(1, 2, 4)] threads: usize,
        #[values(1, 4, 10)] tries: usize,
    ) {
        let (of_cost_8, of_cost_11) = (OF_COST_10 / 4, OF_COST_10 * 2);
        assert_eq!(told(threads, tries, of_cost_8, None), told(threads, tries, OF_COST_10, None));
        let with_slower = |really| told(threads, tries, really, Some(11));
        assert_eq!(with_slower(of_cost_8), with_slower(of_cost_11));
        assert_eq!(with_slower(OF_COST_10), with_slower(of_cost_11));
    }

    #[test]
    fn what_hashes_took_is_learnt() {
        let now = Instant::now();
        let mut times = times(1, now);
        times.learn(8, OF_COST_10);
        assert_eq!(times.begin(now, None) - now, 72 * MILLISECOND, "a cheap one slows nothing");
        times.learn(10, OF_COST_10 * 3 / 2);
        let later = now + 1_000 * MILLISECOND;
        assert_eq!(times.begin(later, None) - later, 108 * MILLISECOND);
    }
}
