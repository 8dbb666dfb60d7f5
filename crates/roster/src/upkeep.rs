//! Runs the background duties, over and over.

use roster_usecases::{Ports, upkeep};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How long the duties rest between two rounds.
const REST: Duration = Duration::from_mins(5);

/// Starts the duties: the first round at once, the others at intervals. They end when the handle is aborted.
pub(crate) fn start(ports: Ports) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut rounds = interval(REST);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            sweep_sessions(&ports).await;
            erase_pictures(&ports).await;
        }
    })
}

async fn sweep_sessions(ports: &Ports) {
    let mut swept = 0;
    loop {
        match upkeep::sweep_sessions(ports).await {
            Ok(0) => break,
            Ok(more) => swept += more,
            Err(error) => return tracing::warn!(%error, "sessions that are over were not removed"),
        }
    }
    if swept > 0 {
        tracing::debug!(swept, "removed sessions that are over");
    }
}

async fn erase_pictures(ports: &Ports) {
    let mut looked_at = 0;
    loop {
        match upkeep::erase_pictures(ports).await {
            Ok(0) => break,
            Ok(more) => looked_at += more,
            Err(error) => return tracing::warn!(%error, "pictures of nobody were not erased"),
        }
    }
    if looked_at > 0 {
        tracing::debug!(looked_at, "erased pictures of nobody");
    }
}
