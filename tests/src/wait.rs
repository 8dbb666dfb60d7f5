use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use crate::binary::is_long_run;

/// How many times as long a promise may take in a short run, where the tests themselves keep the machine busy: what hangs
/// is found all the same.
const SHORT_RUN: u32 = 3;

/// How long something may take that is promised to take so long: that, in a long run.
pub fn promised(limit: Duration) -> Duration {
    if is_long_run() { limit } else { limit * SHORT_RUN }
}

/// Checks that something took no longer than was [`promised`].
#[track_caller]
pub fn assert_in_time(limit: Duration, took: Duration) {
    assert!(took <= promised(limit), "it took {took:?}, and {limit:?} were promised");
}

/// Looks again and again until there is something, for ten seconds at most; panics naming what did not come.
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(10), what, look)
}

/// Like [`eventually`], for as long as is said.
pub fn within<T>(limit: Duration, what: impl Debug, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what:?} did not happen within {limit:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Lets time pass while something goes on, such as load or an outage; nobody waits like this for what shall have happened.
pub fn let_pass(time: Duration) {
    thread::sleep(time);
}

/// Looks again and again until a look finds what was promised within a second. Only looks that begin after the second
/// must find it, so a machine that is slow to answer breaks no promise.
pub fn within_a_second(what: &str, mut look: impl FnMut() -> bool) {
    let start = Instant::now();
    loop {
        let begun = start.elapsed();
        if look() {
            return;
        }
        assert!(begun < Duration::from_secs(1), "{what}: not within a second");
        thread::sleep(Duration::from_millis(5));
    }
}
