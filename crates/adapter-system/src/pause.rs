use async_trait::async_trait;
use roster_ports::Pause;
use std::time::Duration;

/// Waits by the runtime's timer, so only within a tokio runtime that has its time enabled.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioPause;

#[async_trait]
impl Pause for TokioPause {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_as_long_as_asked() {
        for time in [Duration::ZERO, Duration::from_secs(5)] {
            let before = Instant::now();
            TokioPause.pause(time).await;
            assert_eq!(before.elapsed(), time);
        }
    }
}
