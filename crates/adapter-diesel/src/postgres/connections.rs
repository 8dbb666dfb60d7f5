use diesel::r2d2::{NopErrorHandler, Pool, PooledConnection};
use roster_ports::{StoreError, Stored, note_waiting, waiting_left};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::PostgresOptions;
use super::link::{Link, LinkOpener};
use super::session::Purpose;

type Links = Pool<LinkOpener>;

/// The connections to the server.
///
/// A server that neither answers nor closes the connection makes libpq wait for as long as it likes. Whoever waits is
/// answered in time all the same; the thread that hangs, and the pool that its connection is of, are left to themselves,
/// and others go on with a new pool.
#[derive(Clone)]
pub(super) struct Connections(Arc<Shared>);

struct Shared {
    options: PostgresOptions,
    purpose: Purpose,
    links: RwLock<Arc<Links>>,
    /// As many as connections, so that waiting costs no thread.
    turns: Arc<Semaphore>,
    hanging: AtomicUsize,
}

/// How many threads may hang at once before nothing new is begun: each connection of a few pools.
const MOST_HANGING: usize = 128;

/// How many pools' worth of threads may hang before no write is begun any more.
const POOLS_HANGING: usize = 2;

impl Connections {
    pub(super) fn new(options: &PostgresOptions, purpose: Purpose) -> Self {
        let connections = usize::try_from(options.connections.max(1)).unwrap_or(1);
        Self(Arc::new(Shared {
            links: RwLock::new(Arc::new(links(options, purpose))),
            purpose,
            turns: Arc::new(Semaphore::new(connections)),
            hanging: AtomicUsize::new(0),
            options: options.clone(),
        }))
    }

    /// Runs work on a thread that may wait, once there is a turn; answers in time whatever becomes of it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.in_time(|ends| self.run_until(ends, work)).await
    }

    /// Waits for what ends at the moment that it is told: when work may take no longer, or when whoever asks may wait for
    /// the store no longer.
    pub(super) async fn in_time<T, W: Future<Output = Stored<T>>>(
        &self,
        work: impl FnOnce(Instant) -> W,
    ) -> Stored<T> {
        let began = Instant::now();
        let longest = self.0.options.longest.min(waiting_left().unwrap_or(Duration::MAX));
        let ended = tokio::time::timeout_at((began + longest).into(), work(began + longest)).await;
        note_waiting(began.elapsed());
        ended.unwrap_or_else(|_| Err(overdue()))
    }

    async fn run_until<T: Send + 'static>(
        &self,
        ends: Instant,
        work: impl FnOnce(&mut Desk) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let overdue_at = Instant::now() + self.0.options.longest;
        let turn = self.turn().await?;
        if self.0.hanging.load(Ordering::SeqCst) >= MOST_HANGING {
            return Err(StoreError::Unavailable("the server has not answered for long".to_owned()));
        }
        let links = self.0.current();
        let watch = Arc::new(Watch(Mutex::new(State::Working { _turn: turn, is_awaited: true })));
        let mut desk = Desk {
            shared: Arc::clone(&self.0),
            links: Arc::clone(&links),
            link: None,
            ends,
            watch: Arc::clone(&watch),
        };
        let working = tokio::task::spawn_blocking(move || {
            let ended = work(&mut desk);
            desk.leave();
            ended
        });
        let hanging = Hanging { shared: Arc::clone(&self.0), links, watch, ends, overdue_at, is_over: false };
        hanging.unless(working).await
    }

    /// Writes may hang where reads do not: a commit waits for a standby for as long as that is gone. Each that hangs keeps
    /// a connection of the server, so some must be left for those who read.
    pub(super) fn refuse_writes_that_would_hang(&self) -> Stored<()> {
        let most = POOLS_HANGING * usize::try_from(self.0.options.connections).unwrap_or(1);
        if self.0.hanging.load(Ordering::SeqCst) < most.max(1) {
            return Ok(());
        }
        Err(StoreError::Unavailable("the server has not finished writes for long".to_owned()))
    }

    async fn turn(&self) -> Stored<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.0.turns).acquire_owned();
        match tokio::time::timeout(self.0.options.patience, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(StoreError::Unavailable("every connection is at work".to_owned())),
        }
    }
}

fn links(options: &PostgresOptions, purpose: Purpose) -> Links {
    let longest_statement = options.longest * 4 / 5;
    Pool::builder()
        .max_size(options.connections.max(1))
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(options.patience)
        .error_handler(Box::new(NopErrorHandler))
        .build_unchecked(LinkOpener { options: options.clone(), purpose, longest_statement })
}

impl Shared {
    fn current(&self) -> Arc<Links> {
        Arc::clone(&self.links.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new pool in the place of this one, unless somebody was faster.
    fn replace(&self, links: &Arc<Links>) {
        let mut current = self.links.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&current, links) {
            *current = Arc::new(self::links(&self.options, self.purpose));
        }
    }
}

/// Whether a thread works, and for whom.
struct Watch(Mutex<State>);

enum State {
    /// It works, and its turn lasts as long.
    Working {
        _turn: OwnedSemaphorePermit,
        /// Unless whoever waited was told that it takes too long.
        is_awaited: bool,
    },
    /// It hangs, and its turn is somebody else's.
    Abandoned,
    /// It is done.
    Done,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it works and somebody waits for it.
    fn is_awaited(&self) -> bool {
        matches!(*self.state(), State::Working { is_awaited: true, .. })
    }

    fn leave(&self) {
        if let State::Working { is_awaited, .. } = &mut *self.state() {
            *is_awaited = false;
        }
    }

    fn abandon(&self, shared: &Shared, links: &Arc<Links>) {
        let mut state = self.state();
        if matches!(*state, State::Working { .. }) {
            *state = State::Abandoned;
            shared.hanging.fetch_add(1, Ordering::SeqCst);
            shared.replace(links);
            tracing::warn!("the database server does not answer; its connections are opened anew");
        }
    }
}

/// A thread that is found to hang when it works for too long, also when nobody waits for it any more.
struct Hanging {
    shared: Arc<Shared>,
    links: Arc<Links>,
    watch: Arc<Watch>,
    /// When whoever waits is told so.
    ends: Instant,
    overdue_at: Instant,
    is_over: bool,
}

impl Hanging {
    async fn unless<T>(mut self, working: JoinHandle<Stored<T>>) -> Stored<T> {
        let joined = working.await;
        self.is_over = true;
        joined.map_err(|_| StoreError::Failed("work on the database panicked".to_owned()))?
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // Whoever asked may go away before they are told anything: then what they asked for is done all the same.
        if Instant::now() >= self.ends {
            self.watch.leave();
        }
        let (shared, links) = (Arc::clone(&self.shared), Arc::clone(&self.links));
        let (watch, overdue_at) = (Arc::clone(&self.watch), self.overdue_at);
        tokio::spawn(async move {
            tokio::time::sleep_until(overdue_at.into()).await;
            watch.abandon(&shared, &links);
        });
    }
}

fn overdue() -> StoreError {
    StoreError::Unavailable("the server did not answer in time".to_owned())
}

/// Where work on the database is done: a thread with a connection, and the time that is left.
pub(super) struct Desk {
    shared: Arc<Shared>,
    links: Arc<Links>,
    link: Option<PooledConnection<LinkOpener>>,
    ends: Instant,
    watch: Arc<Watch>,
}

impl Desk {
    /// The connection: the same one as before, unless that broke.
    pub(super) fn link(&mut self) -> Stored<&mut Link> {
        if self.link.as_ref().is_some_and(|link| link.is_broken()) {
            self.link = None;
            self.shared.replace(&self.links);
            self.links = self.shared.current();
        }
        let link = if let Some(link) = self.link.take() { link } else { self.opened()? };
        Ok(&mut **self.link.insert(link))
    }

    fn opened(&self) -> Stored<PooledConnection<LinkOpener>> {
        let patience = self.shared.options.patience.min(self.time_left());
        self.links.get_timeout(patience).map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// The connection itself, for whoever keeps it beyond this work.
    pub(super) fn take_link(&mut self) -> Stored<PooledConnection<LinkOpener>> {
        self.link()?;
        self.link.take().ok_or_else(overdue)
    }

    /// Whether there is time, and somebody waits, for another try.
    pub(super) fn may_try_again(&self) -> bool {
        !self.time_left().is_zero() && self.watch.is_awaited()
    }

    /// Whether somebody still waits for what is done here.
    pub(super) fn is_awaited(&self) -> bool {
        self.watch.is_awaited()
    }

    fn time_left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    fn leave(self) {
        drop(self);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Whoever panicked amidst a transaction leaves it open.
        if std::thread::panicking()
            && let Some(link) = &mut self.link
        {
            link.give_up();
        }
        self.link = None;
        let before = std::mem::replace(&mut *self.watch.state(), State::Done);
        if matches!(before, State::Abandoned) {
            self.shared.hanging.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
