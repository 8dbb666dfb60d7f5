use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection};
use roster_ports::{ReadJob, StoreError, Stored};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

use super::connection::{Purpose, url};
use super::statements::Transaction;
use super::{Connection, SqliteOptions, store_error};
use crate::OpenError;

pub(super) type Reader = PooledConnection<ConnectionManager<Connection>>;

/// The connections that read.
#[derive(Clone)]
pub(super) struct Readers {
    pool: Pool<ConnectionManager<Connection>>,
    /// As many as connections, so that waiting costs no thread.
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Readers {
    pub(super) fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let count = options.readers.max(1);
        let pragmas = options.pragmas(Purpose::Reading);
        let pool = Pool::builder()
            .max_size(count)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(options.patience)
            .connection_customizer(Box::new(pragmas))
            .build(ConnectionManager::new(url(&options.path, pragmas.purpose)?))
            .map_err(|error| OpenError::Unavailable(error.to_string()))?;
        let turns = Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1)));
        Ok(Self { pool, turns, patience: options.patience })
    }

    /// Runs a short read where it is called, or on a thread that may wait when every connection is at work.
    pub(super) async fn run_here<T: Send + 'static>(
        &self,
        mut read: impl FnMut(&mut Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        match self.idle() {
            Some(mut connection) => read(&mut connection),
            None => self.run_apart(read).await,
        }
    }

    /// A connection that nobody uses, if there is one.
    pub(super) fn idle(&self) -> Option<Reader> {
        self.pool.try_get()
    }

    /// Runs a read on a thread that may wait.
    pub(super) async fn run_apart<T: Send + 'static>(
        &self,
        mut read: impl FnMut(&mut Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(StoreError::Unavailable("every reader is at work".to_owned()));
        };
        let pool = self.pool.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let ended = checked_out(&pool).and_then(|mut connection| read(&mut connection));
            drop(turn);
            ended
        });
        reading.await.map_err(|_| StoreError::Failed("a read panicked".to_owned()))?
    }

    /// Runs a job against one snapshot.
    pub(super) async fn snapshot(&self, mut job: ReadJob) -> Stored<()> {
        self.run_apart(move |connection| {
            connection.batch_execute("BEGIN").map_err(|error| store_error(&error))?;
            let mut transaction = Transaction::new(connection);
            let ended = catch_unwind(AssertUnwindSafe(|| job(&mut transaction)));
            let closed = connection.batch_execute("ROLLBACK").map_err(|error| store_error(&error));
            ended.unwrap_or_else(|_| Err(StoreError::Failed("a read panicked".to_owned())))?;
            closed
        })
        .await
    }
}

fn checked_out(pool: &Pool<ConnectionManager<Connection>>) -> Stored<Reader> {
    pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
}
