use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::r2d2::{NopErrorHandler, Pool, PooledConnection};
use diesel::sql_types::BigInt;
use roster_domain::PictureName;
use roster_ports::{PictureLock, StoreError, Stored};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::PostgresOptions;
use super::link::{Link, LinkOpener};
use super::session::Host;

/// Locks on names that hold across instances, on connections of their own: whoever holds one needs others meanwhile.
pub struct SharedLocks {
    links: Pool<LinkOpener>,
    turns: Arc<Semaphore>,
    patience: std::time::Duration,
}

/// How many are held at once by one instance: as many as pictures are decoded at once.
const AT_ONCE: u32 = 2;

impl SharedLocks {
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let links = Pool::builder()
            .max_size(AT_ONCE)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(options.patience)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(LinkOpener {
                options: options.clone(),
                host: Host::Primary,
                longest_statement: options.longest,
            });
        let turns = Arc::new(Semaphore::new(AT_ONCE as usize));
        Self { links, turns, patience: options.longest }
    }

    /// Waits until nobody else holds the name.
    pub(crate) async fn lock(&self, name: &PictureName) -> Stored<Box<dyn PictureLock>> {
        let busy = || StoreError::Unavailable("too many pictures are kept or erased at once".to_owned());
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let (links, key) = (self.links.clone(), key(name));
        // Held from the moment it is had: also when nobody waits for it any more, it is let go again.
        let locking =
            tokio::task::spawn_blocking(move || take(&links, key).map(|link| Held(Some((link, turn)))));
        let locked = tokio::time::timeout(self.patience, locking).await.map_err(|_| busy())?;
        let held = locked.map_err(|_| StoreError::Failed("locking a picture panicked".to_owned()))??;
        Ok(Box::new(held))
    }
}

/// Names share a key once in a great while: then they wait for each other.
fn key(name: &PictureName) -> i64 {
    name.sha256.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

#[derive(QueryableByName)]
struct Locked {
    #[expect(dead_code, reason = "that there is a row is the answer")]
    #[diesel(sql_type = diesel::sql_types::Integer)]
    done: i32,
}

fn take(links: &Pool<LinkOpener>, key: i64) -> Stored<PooledConnection<LinkOpener>> {
    let mut link = links.get().map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let locked = link.execute("BEGIN").and_then(|()| {
        diesel::sql_query("SELECT 1 AS done FROM pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(key)
            .get_result::<Locked>(&mut link.connection)
    });
    match locked {
        Ok(_) => Ok(link),
        Err(error) => {
            let meaning = link.failed(&error);
            link.roll_back();
            Err(meaning)
        }
    }
}

/// A name that is held until this is dropped, by a transaction that is open as long.
struct Held(Option<(PooledConnection<LinkOpener>, OwnedSemaphorePermit)>);

impl PictureLock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        let Some((mut link, turn)) = self.0.take() else { return };
        let release = move || {
            Link::roll_back(&mut link);
            drop(link);
            drop(turn);
        };
        // Talking to the server may take a while.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(release)),
            Err(_) => release(),
        }
    }
}
