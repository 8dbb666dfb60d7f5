//! When it is told that a password is wrong.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A hasher with one thread that believes that hashing takes 1.6 s, and a hash of "password".
async fn believes_in_slowness() -> (BcryptHasher, PasswordHash) {
    let hasher = hasher(COUNTING);
    let stored = hasher.hash(secret("password")).await.unwrap();
    let pace = Pace::of(4, Duration::from_millis(1_600));
    *hasher.worker.times() = AnswerTimes::new(4, pace, 1, Instant::now());
    (hasher, stored)
}

/// Waits until the one thread is done with what it was given before.
async fn one_after_the_other(hasher: &BcryptHasher) {
    hasher.threads.run(hasher.turn().await.unwrap(), || ()).await.unwrap();
}

#[rstest]
#[case::nobodys(None, None, 1_800)]
#[case::cheaper_ones_on_record(None, Some(3), 1_800)]
#[case::a_slower_one_on_record(None, Some(5), 2_000)]
#[case::a_plain_one(Some("$2a$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS"), None, 1_800)]
#[case::of_ours(
    Some("v1$62e2a117$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm"),
    None,
    1_800
)]
#[tokio::test]
async fn wrong_is_told_late_though_no_thread_waits(
    #[case] against: Option<&str>,
    #[case] highest_cost: Option<u32>,
    #[case] milliseconds: u64,
) {
    let (hasher, _) = believes_in_slowness().await;
    let against = against.map(|stored| PasswordHash(stored.to_owned()));
    let start = tokio::time::Instant::now();
    let mut wrong = pin!(hasher.verify(hasher.place().unwrap(), secret("passwore"), against, highest_cost));
    assert!(poll(wrong.as_mut()).is_pending());
    one_after_the_other(&hasher).await;
    assert!(poll(wrong.as_mut()).is_pending(), "it is known, but not told");
    tokio::time::pause();
    assert_eq!(wrong.await, Ok(Verdict::Wrong));
    assert!(start.elapsed() >= Duration::from_millis(milliseconds));
}

#[rstest]
#[case::damaged("v1$62e2a117$nonsense")]
#[case::of_a_master_secret_that_is_gone(
    "v1$00000000$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm"
)]
#[tokio::test]
async fn broken_is_told_when_wrong_would_be(#[case] stored: &str) {
    let (hasher, _) = believes_in_slowness().await;
    let start = tokio::time::Instant::now();
    let against = PasswordHash(stored.to_owned());
    let mut broken = pin!(hasher.verify(hasher.place().unwrap(), secret("password"), Some(against), None));
    assert!(poll(broken.as_mut()).is_pending());
    one_after_the_other(&hasher).await;
    tokio::time::pause();
    assert_eq!(broken.await, Err(HashingError::Broken));
    let took = start.elapsed();
    assert!((Duration::from_millis(1_800)..Duration::from_millis(1_900)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn right_is_told_at_once() {
    let (hasher, stored) = believes_in_slowness().await;
    let mut right = pin!(hasher.verify(hasher.place().unwrap(), secret("password"), Some(stored), Some(14)));
    // So cheap a hash may be done before anybody looks.
    let mut told = poll(right.as_mut());
    if told.is_pending() {
        one_after_the_other(&hasher).await;
        told = poll(right.as_mut());
    }
    assert_eq!(told, Poll::Ready(Ok(Verdict::Right)));
}
