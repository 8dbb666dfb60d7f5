//! How the service is told to stop.

use std::io;
use std::process;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that stop the service.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// From now on SIGTERM and SIGINT do not end the process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first signal, which drains; a second one then ends the process at once, with 128 and its number.
    pub(crate) async fn first(mut self) {
        let kind = self.next().await;
        tracing::info!(
            signal = kind.as_raw_value(),
            "asked to stop; a second signal ends the process at once"
        );
        tokio::spawn(async move {
            let kind = self.next().await;
            process::exit(128 + kind.as_raw_value());
        });
    }

    async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
        }
    }
}
