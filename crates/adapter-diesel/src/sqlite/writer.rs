use roster_ports::{StoreError, Stored, WriteJob};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

use super::batch::Batch;
use super::connection::data_version;
use super::freshness::Freshness;
use super::statements::Touched;
use super::write_ahead_log::WriteAheadLog;
use super::{Connection, SqliteOptions};
use crate::OpenError;

/// The one thread that writes. Dropping it finishes what waits and joins the thread.
pub(super) struct Writer {
    queue: Option<SyncSender<Waiting>>,
    thread: Option<JoinHandle<()>>,
    freshness: Arc<Freshness>,
}

struct Waiting {
    job: WriteJob,
    answer: oneshot::Sender<Stored<()>>,
}

impl Writer {
    /// How long a batch may keep the thread from looking before the store counts as out of order.
    const READY: Duration = Duration::from_secs(5);

    pub(super) fn start(
        connection: Connection,
        options: &SqliteOptions,
        freshness: Arc<Freshness>,
    ) -> Result<Self, OpenError> {
        let (queue, waiting) = sync_channel(options.max_waiting);
        let desk_freshness = Arc::clone(&freshness);
        let mut desk = Desk {
            connection,
            waiting,
            freshness: desk_freshness,
            max_batch: options.max_batch.max(1),
            seen_version: None,
            log: WriteAheadLog::of(options),
        };
        desk.look();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || desk.work())
            .map_err(|error| OpenError::Unavailable(error.to_string()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), freshness })
    }

    /// Whether writes would be served: the thread looked at the database lately.
    pub(super) fn ready(&self) -> Stored<()> {
        if self.freshness.looked_within(Self::READY) {
            return Ok(());
        }
        Err(StoreError::Unavailable("the writer has not looked at the database for long".to_owned()))
    }

    /// Queues a write and waits until it is durable or undone.
    pub(super) async fn write(&self, job: WriteJob) -> Stored<()> {
        self.enqueue(job)?.await.map_err(|_| stopped())?
    }

    /// Queues a write; what is returned tells when it is durable or undone. It is not run when that is dropped before.
    pub(super) fn enqueue(&self, job: WriteJob) -> Stored<oneshot::Receiver<Stored<()>>> {
        let (answer, outcome) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(Waiting { job, answer }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Unavailable("too many writes wait".to_owned()),
            TrySendError::Disconnected(_) => stopped(),
        })?;
        Ok(outcome)
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer thread panicked");
        }
    }
}

/// What the thread works with.
struct Desk {
    connection: Connection,
    waiting: Receiver<Waiting>,
    freshness: Arc<Freshness>,
    max_batch: usize,
    seen_version: Option<i32>,
    log: WriteAheadLog,
}

impl Desk {
    /// How long another process's change may go unseen here.
    const LOOK_EVERY: Duration = Duration::from_millis(250);

    fn work(mut self) {
        loop {
            match self.waiting.recv_timeout(Self::LOOK_EVERY) {
                Ok(first) => self.serve(first),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn serve(&mut self, first: Waiting) {
        let others = self.waiting.try_iter().take(self.max_batch - 1);
        // Whoever stopped waiting was told nothing and needs nothing done.
        let batch = std::iter::once(first).chain(others).filter(|waiting| !waiting.answer.is_closed());
        let (mut jobs, answers): (Vec<_>, Vec<_>) =
            batch.map(|waiting| (waiting.job, waiting.answer)).unzip();
        let ended = Batch::run(&mut self.connection, &mut jobs);
        self.freshness.outdate(ended.touched);
        self.look();
        for (answer, outcome) in answers.into_iter().zip(ended.outcomes) {
            // Whoever no longer waits needs no answer.
            let _ = answer.send(outcome);
        }
        self.log.keep_short(&mut self.connection);
    }

    /// Looks whether another process wrote, and makes what was read before count no more if so.
    fn look(&mut self) {
        let began = Instant::now();
        match data_version(&mut self.connection) {
            Ok(version) => {
                if self.seen_version.replace(version) != Some(version) {
                    self.freshness.outdate(Touched::EVERYTHING);
                }
                self.freshness.looked(began);
            }
            Err(error) => tracing::warn!(%error, "cannot look at the database"),
        }
    }
}
