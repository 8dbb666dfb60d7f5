use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::r2d2::PooledConnection;
use diesel::sql_types::BigInt;
use roster_domain::PictureName;
use roster_ports::{PictureLock, StoreError, Stored};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::PostgresOptions;
use super::connections::{Connections, Desk};
use super::link::LinkOpener;
use super::session::Purpose;

/// Locks on names that hold across instances, on connections of their own: whoever holds one needs others meanwhile.
pub struct SharedLocks {
    connections: Connections,
    turns: Arc<Semaphore>,
    longest_hold: Duration,
}

/// How many are held at once by one instance: as many as pictures are decoded at once.
const AT_ONCE: u32 = 2;

impl SharedLocks {
    /// Waiting for a turn and then for the name takes no longer than any other work.
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let patience = options.longest / 2;
        let own = PostgresOptions { connections: AT_ONCE, longest: patience, ..options.clone() };
        Self {
            connections: Connections::new(&own, Purpose::Anything),
            turns: Arc::new(Semaphore::new(AT_ONCE as usize)),
            longest_hold: options.longest * 4,
        }
    }

    /// Waits until nobody else holds the name.
    pub(crate) async fn lock(&self, name: &PictureName) -> Stored<Box<dyn PictureLock>> {
        let busy = |_| StoreError::Unavailable("too many pictures are kept or erased at once".to_owned());
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = self.connections.in_time(|_| async { turn.await.map_err(busy) }).await?;
        let (key, longest) = (key(name), self.longest_hold);
        let link = self.connections.run(move |desk| take(desk, key, longest)).await?;
        Ok(Box::new(Held { link: Some((link, turn)), connections: self.connections.clone() }))
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

/// The lock is that of a transaction that is left open, so whoever drops the connection drops the lock.
fn take(desk: &mut Desk, key: i64, longest: Duration) -> Stored<PooledConnection<LinkOpener>> {
    let mut link = desk.take_link()?;
    let begin = format!(
        "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = {}",
        longest.as_millis()
    );
    let locked = link.execute(&begin).and_then(|()| {
        diesel::sql_query("SELECT 1 AS done FROM pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(key)
            .get_result::<Locked>(&mut link.connection)
    });
    match locked {
        Ok(_) => {
            link.give_up();
            Ok(link)
        }
        Err(error) => {
            let meaning = link.failed(&error);
            link.roll_back();
            Err(meaning)
        }
    }
}

/// A name that is held until this is dropped.
struct Held {
    link: Option<(PooledConnection<LinkOpener>, OwnedSemaphorePermit)>,
    connections: Connections,
}

impl PictureLock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        let Some((mut link, turn)) = self.link.take() else { return };
        // Talking to the server may take a while. Where nobody can wait for that, the connection is closed.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let connections = self.connections.clone();
        runtime.spawn(async move {
            let released = connections.run(move |_| {
                link.recover();
                Ok(())
            });
            if let Err(error) = released.await {
                tracing::debug!(%error, "the connection that held the name of a picture was closed");
            }
            drop(turn);
        });
    }
}
