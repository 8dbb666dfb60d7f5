use std::time::{Duration, Instant};

use crate::sqlite::freshness::{Freshness, Hot};
use crate::sqlite::statements::Touched;

#[test]
fn what_was_kept_counts_only_after_a_recent_look() {
    let started = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
    let freshness = Freshness::since(started);
    assert!(!freshness.is_recent());
    freshness.looked(Instant::now().checked_sub(Duration::from_secs(2)).unwrap());
    assert!(!freshness.is_recent());
    freshness.looked(Instant::now());
    assert!(freshness.is_recent());
}

#[test]
fn outdating_makes_another_generation_of_what_was_touched() {
    let freshness = Freshness::since(Instant::now());
    let generations = || [Hot::Callers, Hot::Holdings].map(|of| freshness.generation(of));
    let before = generations();
    freshness.outdate(Touched::NOTHING);
    assert_eq!(generations(), before);
    freshness.outdate(Touched { holdings: true, ..Touched::NOTHING });
    let after = generations();
    assert!(after[0] == before[0] && after[1] != before[1]);
    freshness.outdate(Touched { callers: true, ..Touched::NOTHING });
    assert!(generations()[0] != after[0] && generations()[1] == after[1]);
}
