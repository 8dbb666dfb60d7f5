use async_trait::async_trait;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use roster_domain::{Client, ClientId, FacilityId, SessionId, User, UserId};
use roster_ports::{Holdings, ReadJob, Store, StoreError, Stored, WriteJob};
use std::sync::Arc;

use super::connections::Connections;
use super::hot_reads::HotReads;
use super::numbering::number_events;
use super::session::Purpose;
use super::standby::Standby;
use super::{Connection, PostgresOptions, SharedLocks, check, migrations, session, transactions};
use crate::{Examined, OpenError};

/// The store in one PostgreSQL database, which any number of instances share.
///
/// A write is durable when it is answered. What one instance wrote shows in every read of the others at once: nothing is
/// remembered between reads. Its methods need a tokio runtime with time enabled.
pub struct PostgresStore {
    options: PostgresOptions,
    /// Reads have connections of their own: writes that are in each other's way keep theirs for long. So have the reads of
    /// every request where there are enough: a few that search among many people must not keep all others waiting.
    reading: Connections,
    writing: Connections,
    hot: HotReads,
    standby: Option<Standby>,
}

impl PostgresStore {
    /// Opens a database whose schema this release can use; it does not migrate.
    pub fn open(options: &PostgresOptions) -> Result<Self, OpenError> {
        let mut connection = session::open(options, Purpose::Anything, options.longest)?;
        migrations::check(&mut connection, options)?;
        let standby = Standby::open(options, &mut connection)?;
        let [hot, reading, writing] =
            shares(options.connections).map(|connections| PostgresOptions { connections, ..options.clone() });
        let reading = Connections::new(&reading, Purpose::Anything);
        let of_hot_reads =
            if hot.connections == 0 { reading.clone() } else { Connections::new(&hot, Purpose::Anything) };
        let writing = Connections::new(&writing, Purpose::Writes);
        Ok(Self { options: options.clone(), hot: HotReads::new(&of_hot_reads), reading, writing, standby })
    }

    /// Locks that hold across the instances that share the database.
    pub fn shared_locks(&self) -> SharedLocks {
        SharedLocks::new(&self.options)
    }

    /// Looks for whatever is wrong with the rows, beside running services. It blocks, and reads everything.
    pub fn examine(options: &PostgresOptions) -> Result<Examined, OpenError> {
        check::examine(options)
    }

    /// Brings the schema of a database that exists up to date; returns the migrations that it ran.
    ///
    /// It may be called while others do the same, and beside running services.
    pub fn migrate(options: &PostgresOptions) -> Result<Vec<String>, OpenError> {
        migrations::migrate(options)
    }
}

/// How many connections are for the reads of every request, which are asked many in one statement; how many read
/// whatever else; and how many write: a write has more round trips, and waits for the disk.
fn shares(connections: u32) -> [u32; 3] {
    let hot = if connections < 4 { 0 } else { (connections / 8).max(1) };
    let reading = (connections / 4).max(1);
    [hot, reading, connections.saturating_sub(hot + reading).max(1)]
}

#[async_trait]
impl Store for PostgresStore {
    async fn run_read(&self, mut job: ReadJob) -> Result<(), StoreError> {
        self.reading.run(move |desk| transactions::read(desk, &mut job)).await
    }

    async fn run_list(&self, job: ReadJob) -> Result<(), StoreError> {
        let Some(standby) = &self.standby else { return self.run_read(job).await };
        match standby.read(&self.reading, job).await {
            Ok(answered) => answered,
            Err(job) => self.run_read(job).await,
        }
    }

    async fn run_write(&self, mut job: WriteJob) -> Result<(), StoreError> {
        if self.options.read_only {
            return Err(StoreError::Unavailable("the database is only looked at".to_owned()));
        }
        self.writing.refuse_writes_that_would_hang()?;
        self.writing.run(move |desk| transactions::write(desk, &mut job)).await
    }

    async fn caller(&self, user: UserId, session: SessionId) -> Stored<Option<Arc<User>>> {
        self.hot.caller(user, session).await
    }

    async fn client(&self, client: &ClientId) -> Stored<Option<Arc<Client>>> {
        self.hot.client(client).await
    }

    async fn holdings(&self, of: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        self.hot.holdings(of).await
    }

    async fn number_events(&self) -> Stored<u64> {
        self.writing.refuse_writes_that_would_hang()?;
        self.writing.run(number_events).await
    }

    async fn ready(&self) -> Stored<()> {
        let options = self.options.clone();
        // What is asked first finds out whether the connection is still one: the check of the schema keeps that to itself.
        let look = move |connection: &mut Connection| {
            Ok((is_standby(connection)?, migrations::check(connection, &options)))
        };
        let (is_standby, usable) = self.reading.run(move |desk| transactions::ask(desk, look)).await?;
        usable?;
        self.hot.ready().await?;
        if is_standby {
            return Err(StoreError::Unavailable("the server takes no writes".to_owned()));
        }
        Ok(())
    }
}

fn is_standby(connection: &mut Connection) -> QueryResult<bool> {
    diesel::select(sql::<Bool>("pg_is_in_recovery()")).get_result(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_work_has_a_share() {
        assert_eq!(shares(1), [0, 1, 1]);
        assert_eq!(shares(2), [0, 1, 1]);
        assert_eq!(shares(4), [1, 1, 2]);
        assert_eq!(shares(8), [1, 2, 5]);
        assert_eq!(shares(32), [4, 8, 20]);
    }
}
