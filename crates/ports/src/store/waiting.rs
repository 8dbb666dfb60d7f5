//! How long one request may wait for the store in all, however often it asks.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    static LEFT: Cell<Duration>;
}

/// Does work that may wait for the store so long in all. What else it waits for does not count.
pub async fn wait_at_most<W: Future>(longest: Duration, work: W) -> W::Output {
    LEFT.scope(Cell::new(longest), work).await
}

/// How long what is being done here may still wait for the store, where that was said.
pub fn waiting_left() -> Option<Duration> {
    LEFT.try_with(Cell::get).ok()
}

/// Notes that what is being done here waited for the store so long.
pub fn note_waiting(waited: Duration) {
    // Where nothing was said nobody counts.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(waited)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_wait_leaves_less_for_the_next() {
        let second = Duration::from_secs(1);
        note_waiting(second);
        assert_eq!(waiting_left(), None, "nothing was said");
        wait_at_most(3 * second, async {
            note_waiting(second);
            assert_eq!(waiting_left(), Some(2 * second));
            note_waiting(5 * second);
            assert_eq!(waiting_left(), Some(Duration::ZERO));
        })
        .await;
    }
}
