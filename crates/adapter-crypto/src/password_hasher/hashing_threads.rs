use roster_ports::{HashingError, Place, Turn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

type Job = Box<dyn FnOnce() + Send>;

/// How long work may wait for its turn. Whoever waits longer is told to come back: a queue that is longer than people are
/// patient helps nobody.
const PATIENCE: Duration = Duration::from_secs(2);

/// A few threads for slow hashing, and a bounded number who wait for them in order, so that it takes neither the runtime's
/// threads nor memory without end.
pub(super) struct HashingThreads {
    /// What has its turn, so there is a thread for it.
    queue: SyncSender<Job>,
    /// One for all that waits or is worked on.
    places: Arc<Semaphore>,
    /// One for each thread.
    turns: Arc<Semaphore>,
    #[cfg(test)]
    pub(super) handles: Vec<thread::JoinHandle<()>>,
}

impl HashingThreads {
    /// Starts the threads, at least one. They end with the queue.
    pub(super) fn start(threads: usize, waiting: usize) -> io::Result<Self> {
        let threads = threads.max(1);
        let (queue, jobs) = sync_channel(threads);
        let jobs = Arc::new(Mutex::new(jobs));
        let start = |index| {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("hashing-{index}")).spawn(move || work_off(&jobs))
        };
        let handles = (0..threads).map(start).collect::<io::Result<Vec<_>>>()?;
        #[cfg(not(test))]
        drop(handles);
        Ok(Self {
            queue,
            places: Arc::new(Semaphore::new(threads + waiting)),
            turns: Arc::new(Semaphore::new(threads)),
            #[cfg(test)]
            handles,
        })
    }

    /// A place for work that is still to be prepared, unless too much waits already.
    pub(super) fn place(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(Place::held_by)
    }

    /// Waits for the turn of whoever has a place. Too long a wait is told to be one.
    pub(super) async fn turn(&self, place: Place) -> Result<Turn, HashingError> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(HashingError::Busy) };
        Ok(Turn::held_by((turn, place)))
    }

    /// Runs the work on one of the threads; the turn ends with it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            let done = work();
            drop(turn);
            // Whoever asked may have gone meanwhile.
            let _ = answer.send(done);
        };
        self.queue.try_send(Box::new(job)).map_err(|_| HashingError::Busy)?;
        // No answer comes only from work that panicked.
        answered.await.map_err(|_| HashingError::Broken)
    }
}

fn work_off(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("hashing a password panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Poll, Waker};

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Waits for a turn, and works.
    async fn in_turn<T: Send + 'static>(
        threads: &HashingThreads,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let turn = threads.turn(threads.place().unwrap()).await?;
        threads.run(turn, work).await
    }

    /// Work that holds a thread until told, with the means to see that it began and to tell it.
    fn held() -> (impl FnOnce() + Send + 'static, Receiver<()>, mpsc::Sender<()>) {
        let ((began, has_begun), (release, released)) = (mpsc::channel(), mpsc::channel());
        let work = move || {
            began.send(()).unwrap();
            released.recv().unwrap();
        };
        (work, has_begun, release)
    }

    #[tokio::test]
    async fn a_full_queue_has_no_place_and_an_abandoned_request_is_skipped() {
        let threads = HashingThreads::start(1, 1).unwrap();
        let (work, has_begun, release) = held();
        let mut running = pin!(in_turn(&threads, work));
        assert!(poll(running.as_mut()).is_pending());
        has_begun.recv().unwrap();

        let (ran, has_run) = mpsc::channel();
        let mut waiting = Box::pin(in_turn(&threads, move || ran.send(()).unwrap()));
        assert!(poll(waiting.as_mut()).is_pending());
        assert!(threads.place().is_none());

        drop(waiting);
        release.send(()).unwrap();
        assert_eq!(running.await, Ok(()));
        assert_eq!(has_run.recv(), Err(mpsc::RecvError));
        assert!(threads.place().is_some(), "both places are free again");
    }

    #[test]
    fn there_are_as_many_places_as_work_that_can_wait_or_be_done() {
        let threads = HashingThreads::start(1, 2).unwrap();
        let mut places: Vec<_> = (0..3).map(|_| threads.place().unwrap()).collect();
        assert!(threads.place().is_none());
        places.pop();
        assert!(threads.place().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_waits_too_long_is_given_up_and_never_done() {
        let threads = HashingThreads::start(1, 4).unwrap();
        let (work, has_begun, release) = held();
        let mut running = pin!(in_turn(&threads, work));
        assert!(poll(running.as_mut()).is_pending());
        has_begun.recv().unwrap();

        let (ran, has_run) = mpsc::channel();
        assert_eq!(in_turn(&threads, move || ran.send(()).unwrap()).await, Err(HashingError::Busy));
        release.send(()).unwrap();
        assert_eq!(running.await, Ok(()));
        assert_eq!(has_run.recv(), Err(mpsc::RecvError));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_thread_goes_on() {
        let threads = HashingThreads::start(1, 1).unwrap();
        assert_eq!(in_turn(&threads, || panic!("on purpose")).await, Err::<(), _>(HashingError::Broken));
        assert_eq!(in_turn(&threads, || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn threads_end_when_their_queue_is_dropped() {
        let mut threads = HashingThreads::start(3, 1).unwrap();
        assert_eq!(in_turn(&threads, || 7).await, Ok(7));
        let handles = std::mem::take(&mut threads.handles);
        drop(threads);
        assert_eq!(handles.into_iter().map(|handle| handle.join().unwrap()).count(), 3);
    }
}
