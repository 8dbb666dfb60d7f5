use async_trait::async_trait;
use roster_domain::{Client, ClientId, FacilityId, SessionId, User, UserId};
use roster_ports::{Holdings, ReadJob, Store, StoreError, Stored, WriteJob};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::check;
use super::connection::{Purpose, open};
use super::freshness::{Freshness, Generation, Hot};
use super::hot_cache::HotCache;
use super::readers::Readers;
use super::statements::holdings;
use super::writer::Writer;
use super::{Connection, SqliteOptions, callers, migrations, store_error};
use crate::{Examined, OpenError};

/// The store in one SQLite file.
///
/// A write is durable when it is answered: many that come together share one flush to disk. Other processes may write
/// to the file beside it, briefly; what they change shows in the hot reads within 250 ms, elsewhere at once.
///
/// Its methods need a tokio runtime with time enabled. Dropping it finishes the writes that wait.
pub struct SqliteStore {
    path: PathBuf,
    readers: Readers,
    writer: Writer,
    hot: HotCache,
}

impl SqliteStore {
    /// Opens a database whose schema this release can use; it does not migrate.
    pub fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let mut connection = open(&options.path, options.pragmas(Purpose::Writing))?;
        migrations::check(&mut connection, &options.path)?;
        check::probe(&mut connection)?;
        let freshness = Arc::new(Freshness::since(Instant::now()));
        Ok(Self {
            path: options.path.clone(),
            readers: Readers::open(options)?,
            hot: HotCache::new(options.cached_callers, Arc::clone(&freshness)),
            writer: Writer::start(connection, options, freshness)?,
        })
    }

    /// Makes the file where there is none, and brings its schema up to date; returns the migrations that it ran.
    ///
    /// It may be called while others do the same, and beside a running service.
    pub fn migrate(options: &SqliteOptions) -> Result<Vec<String>, OpenError> {
        migrations::migrate(options)
    }

    /// Looks for whatever is wrong with the file and its rows, beside a running service. It blocks, and reads everything.
    pub fn examine(options: &SqliteOptions) -> Result<Examined, OpenError> {
        check::examine(options)
    }
}

impl SqliteStore {
    async fn read_holdings(&self, generation: Generation, of: Vec<(UserId, FacilityId)>) -> Stored<Holdings> {
        let look_up = move |connection: &mut Connection| {
            let found = holdings(connection, &of).map_err(|error| store_error(&error))?;
            found.into_iter().map(|(pair, holding)| Ok((pair, Arc::new(holding?)))).collect()
        };
        let read: Holdings = self.readers.run_here(look_up).await?;
        self.hot.keep_holdings(generation, &read);
        Ok(read)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn run_read(&self, job: ReadJob) -> Result<(), StoreError> {
        self.readers.snapshot(job).await
    }

    async fn run_write(&self, job: WriteJob) -> Result<(), StoreError> {
        self.writer.write(job).await
    }

    async fn caller(&self, user: UserId, session: SessionId) -> Stored<Option<Arc<User>>> {
        if let Some(kept) = self.hot.caller(user, session) {
            return Ok(Some(kept));
        }
        let generation = self.hot.generation(Hot::Callers);
        let read = self.readers.run_here(move |connection| callers::caller(connection, user, session));
        let Some(user) = read.await?.map(Arc::new) else {
            return Ok(None);
        };
        self.hot.keep_caller(session, generation, &user);
        Ok(Some(user))
    }

    async fn client(&self, client: &ClientId) -> Stored<Option<Arc<Client>>> {
        if let Some(kept) = self.hot.client(client) {
            return Ok(Some(kept));
        }
        let generation = self.hot.generation(Hot::Callers);
        let id = client.clone();
        let read = self.readers.run_here(move |connection| callers::client(connection, &id));
        let Some(client) = read.await?.map(Arc::new) else {
            return Ok(None);
        };
        self.hot.keep_client(generation, &client);
        Ok(Some(client))
    }

    async fn holdings(&self, of: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        let generation = self.hot.generation(Hot::Holdings);
        let (kept, missing) = self.hot.holdings(of, generation);
        if missing.is_empty() {
            return Ok(kept);
        }
        let mut found = self.read_holdings(generation, missing).await?;
        // What was kept and what is read now are of one moment only where nothing changed between.
        let generation_after = self.hot.generation(Hot::Holdings);
        if generation_after != generation && !kept.is_empty() {
            return self.read_holdings(generation_after, of.to_vec()).await;
        }
        found.extend(kept);
        Ok(found)
    }

    async fn number_events(&self) -> Stored<u64> {
        // They get their number when they are inserted: only one writes.
        Ok(0)
    }

    async fn ready(&self) -> Stored<()> {
        self.writer.ready()?;
        let path = self.path.clone();
        self.readers.run_apart(move |connection| Ok(migrations::check(connection, &path)?)).await
    }
}
