use std::time::{Duration, Instant};

use crate::sqlite::freshness::Freshness;

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
fn outdating_makes_another_generation() {
    let freshness = Freshness::since(Instant::now());
    let before = freshness.generation();
    assert_eq!(freshness.generation(), before);
    freshness.outdate();
    assert_ne!(freshness.generation(), before);
}
