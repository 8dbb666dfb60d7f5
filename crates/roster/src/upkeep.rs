//! Runs the background duties, over and over.

use roster_usecases::{Failure, Ports, keys, upkeep};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How long the duties rest between two rounds.
const REST: Duration = Duration::from_mins(5);

/// How long a key that a command made or revoked may go unnoticed here.
const LOOK_FOR_KEYS: Duration = Duration::from_millis(400);

/// How long a committed event may wait for its number.
const NUMBER_EVENTS: Duration = Duration::from_millis(200);

/// The duties, as long as they run.
pub(crate) struct Duties(Vec<JoinHandle<()>>);

impl Drop for Duties {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Starts the duties: the first round at once, the others at intervals. They end when this is dropped.
pub(crate) fn start(ports: Ports) -> Duties {
    Duties(vec![
        tokio::spawn(follow_keys(ports.clone())),
        tokio::spawn(number_events(ports.clone())),
        tokio::spawn(clean_up(ports)),
    ])
}

async fn number_events(ports: Ports) {
    let mut rounds = rounds(NUMBER_EVENTS);
    let mut is_failing = false;
    loop {
        rounds.tick().await;
        let mut numbered = Ok(1);
        while matches!(numbered, Ok(1..)) {
            numbered = upkeep::number_events(&ports).await;
        }
        let failure = numbered.err();
        if let Some(error) = failure.as_ref().filter(|_| !is_failing) {
            tracing::warn!(%error, "events wait for their numbers");
        }
        is_failing = failure.is_some();
    }
}

async fn follow_keys(ports: Ports) {
    let mut rounds = rounds(LOOK_FOR_KEYS);
    let mut is_failing = false;
    loop {
        rounds.tick().await;
        let failure = keys::install_keys(&ports).await.err();
        // An outage lasts for many rounds.
        if let Some(error) = failure.as_ref().filter(|_| !is_failing) {
            tracing::warn!(%error, "the signing keys cannot be looked at");
        }
        is_failing = failure.is_some();
    }
}

async fn clean_up(ports: Ports) {
    let mut rounds = rounds(REST);
    loop {
        rounds.tick().await;
        sweep("sessions that are over", || upkeep::sweep_sessions(&ports)).await;
        sweep("failed sign-ins that count no more", || upkeep::sweep_attempts(&ports)).await;
        sweep("outcomes that are told no more", || upkeep::sweep_outcomes(&ports)).await;
        sweep("answers that cannot be repeated any more", || upkeep::wipe_successors(&ports)).await;
        sweep("pictures of nobody", || upkeep::erase_pictures(&ports)).await;
        if let Err(error) = upkeep::remove_keys(&ports).await {
            tracing::warn!(%error, "keys that are over were not removed");
        }
    }
}

fn rounds(rest: Duration) -> Interval {
    let mut rounds = interval(rest);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rounds
}

/// Does a duty piece by piece until nothing is left of it.
async fn sweep<N, W>(what: &'static str, piece: impl Fn() -> W)
where
    N: Into<u64>,
    W: Future<Output = Result<N, Failure>>,
{
    let mut swept = 0;
    loop {
        match piece().await.map(Into::into) {
            Ok(0) => break,
            Ok(more) => swept += more,
            Err(error) => return tracing::warn!(%error, what, "a duty was not done"),
        }
    }
    if swept > 0 {
        tracing::debug!(swept, what, "removed what is of no use any more");
    }
}
