use chrono::SubsecRound;
use roster_domain::Instant;
use roster_ports::Clock;

/// The clock of the machine, in whole milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter behind the port that the ban asks for"
    )]
    fn now(&self) -> Instant {
        chrono::Utc::now().trunc_subsecs(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_whole_milliseconds() {
        let first_release = "2025-01-01T00:00:00Z".parse::<Instant>().unwrap();
        let now = SystemClock.now();
        assert_eq!(now.timestamp_subsec_nanos() % 1_000_000, 0);
        assert!(now > first_release);
    }
}
