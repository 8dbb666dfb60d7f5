use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use roster_domain::{Events, SessionId, User, UserId};
use roster_ports::{Abort, Done, ReadTx, Store, StoreError, Stored, WriteTx};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// What a test needs of a database beside the store.
pub(crate) trait TestDatabase {
    fn store(&self) -> Arc<dyn Store>;
    /// Every event, in the order of the feed.
    fn events(&self) -> Vec<StoredEvent>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredEvent {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) time_micros: i64,
    pub(crate) actor: (String, String),
    pub(crate) subject: (String, String),
    pub(crate) request_id: String,
    pub(crate) data: serde_json::Value,
}

/// A row of the events, however its database spells that.
#[derive(QueryableByName)]
pub(crate) struct EventRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    time: i64,
    #[diesel(sql_type = Text)]
    actor_type: String,
    #[diesel(sql_type = Text)]
    actor_id: String,
    #[diesel(sql_type = Text)]
    subject_type: String,
    #[diesel(sql_type = Text)]
    subject_id: String,
    #[diesel(sql_type = Text)]
    request_id: String,
    #[diesel(sql_type = Text)]
    data: String,
}

impl From<EventRow> for StoredEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id.parse::<uuid::Uuid>().unwrap().to_string(),
            kind: row.kind,
            time_micros: row.time,
            actor: (row.actor_type, row.actor_id),
            subject: (row.subject_type, row.subject_id),
            request_id: row.request_id,
            data: serde_json::from_str(&row.data).unwrap(),
        }
    }
}

/// A store on its own, driven from a test.
pub(crate) struct World {
    // Before the runtime: the store is dropped while there is one.
    database: Box<dyn TestDatabase>,
    runtime: Runtime,
}

impl World {
    pub(crate) fn of(database: Box<dyn TestDatabase>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self { database, runtime: runtime.unwrap() }
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.database.store()
    }

    pub(crate) fn events(&self) -> Vec<StoredEvent> {
        self.database.events()
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut dyn ReadTx) -> Stored<T> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store().read(read)).unwrap()
    }

    pub(crate) fn write<T: Send + 'static, E: Send + 'static>(
        &self,
        write: impl FnMut(&mut dyn WriteTx) -> Result<Done<T>, Abort<E>> + Send + 'static,
    ) -> Result<T, Abort<E>> {
        self.runtime.block_on(self.store().write(write))
    }

    /// A write that tells nothing, and how it ended.
    pub(crate) fn try_do<T: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut dyn WriteTx) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let ended = self.write(move |tx| Ok::<_, Abort<()>>(Done::Bookkeeping(write(tx)?)));
        ended.map_err(|abort| match abort {
            Abort::Store(error) => error,
            Abort::Refused(()) => StoreError::Failed("nobody refused".to_owned()),
        })
    }

    /// A write that tells nothing and stands.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut dyn WriteTx) -> Stored<T> + Send + 'static,
    ) -> T {
        self.try_do(write).unwrap()
    }

    /// A write that tells what happened and stands.
    pub(crate) fn tell(&self, events: &Events) {
        let events = events.clone();
        let told = self.write(move |_| Ok::<_, Abort<()>>(Done::Changed((), events.clone())));
        told.unwrap();
    }

    pub(crate) fn caller(&self, user: UserId, session: SessionId) -> Option<Arc<User>> {
        self.runtime.block_on(self.store().caller(user, session)).unwrap()
    }
}
