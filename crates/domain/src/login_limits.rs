use std::time::Duration;

use crate::Instant;

/// How many failed sign-ins are borne, by account and address and by address alone, and what too many for one account
/// from everywhere lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginLimits {
    /// The most failures of one account from one address within the window.
    pub per_account: u32,
    /// The most failures from one address within the window, whatever the account.
    pub per_address: u32,
    /// How long a failure counts for these two.
    pub window: Duration,
    /// The most failures of one account in an hour, from wherever, that do not slow its answers down.
    pub slowdown_after: u32,
}

impl LoginLimits {
    /// How long a failure counts for slowing down.
    pub const HOUR: Duration = Duration::from_hours(1);

    /// The longest that an answer is slowed down: the owner of an account under attack must still get in.
    const SLOWEST: Duration = Duration::from_secs(5);

    /// By how much each failure too many slows down.
    const STEP: Duration = Duration::from_millis(50);

    /// How many failures of an account in an hour are worth knowing: more make nothing slower.
    pub fn slowest_at(&self) -> u32 {
        let steps = Self::SLOWEST.as_millis() / Self::STEP.as_millis();
        self.slowdown_after.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX))
    }

    /// How much later to answer for an account with so many failures in the last hour.
    pub fn slowdown(&self, failures: u32) -> Duration {
        Self::STEP.saturating_mul(failures.saturating_sub(self.slowdown_after)).min(Self::SLOWEST)
    }

    /// How long nobody may try again, given the times of the latest failures that count, the newest first and as many
    /// as the limit at most; `None` where one more is borne.
    pub fn locked_for(&self, limit: u32, latest: &[Instant], now: Instant) -> Option<Duration> {
        let oldest =
            latest.last().filter(|_| latest.len() >= usize::try_from(limit).unwrap_or(usize::MAX))?;
        let left = (*oldest + self.window - now).to_std().unwrap_or_default();
        Some(left.clamp(Duration::from_millis(1), self.window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    const LIMITS: LoginLimits =
        LoginLimits { per_account: 10, per_address: 30, window: Duration::from_mins(5), slowdown_after: 100 };

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    #[test]
    fn as_many_failures_as_the_limit_lock_until_the_oldest_no_longer_counts() {
        let latest: Vec<Instant> = (0..10).rev().map(at).collect();
        assert_eq!(LIMITS.locked_for(10, &latest, at(100)), Some(Duration::from_secs(200)));
        assert_eq!(LIMITS.locked_for(11, &latest, at(100)), None);
        assert_eq!(LIMITS.locked_for(10, &latest[..9], at(100)), None);
        assert_eq!(LIMITS.locked_for(10, &[], at(100)), None);
    }

    #[test]
    fn a_clock_that_jumps_locks_for_a_window_at_most() {
        let latest = [at(1_000)];
        assert_eq!(LIMITS.locked_for(1, &latest, at(0)), Some(Duration::from_mins(5)));
        assert_eq!(LIMITS.locked_for(1, &latest, at(9_000)), Some(Duration::from_millis(1)));
    }

    #[test]
    fn many_failures_of_an_account_slow_it_down_and_never_lock_it() {
        assert_eq!(LIMITS.slowdown(0), Duration::ZERO);
        assert_eq!(LIMITS.slowdown(100), Duration::ZERO);
        assert_eq!(LIMITS.slowdown(101), Duration::from_millis(50));
        assert_eq!(LIMITS.slowdown(150), Duration::from_millis(2_500));
        assert_eq!(LIMITS.slowdown(LIMITS.slowest_at()), Duration::from_secs(5));
        assert_eq!(LIMITS.slowdown(LIMITS.slowest_at() - 1), Duration::from_millis(4_950));
        assert_eq!(LIMITS.slowdown(u32::MAX), Duration::from_secs(5));
    }
}
