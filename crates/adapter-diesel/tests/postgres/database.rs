//! A database of a test's own on the server that `ROSTER_TEST_POSTGRES` names.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_adapter_diesel::{PostgresOptions, PostgresStore};
use roster_ports::Store;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::contract::world::{EventRow, StoredEvent, TestDatabase};

/// The server that the machine has where nothing else is said.
const USUAL_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// The URL of a database on the server.
fn url_of(database: &str) -> String {
    let server = std::env::var("ROSTER_TEST_POSTGRES").unwrap_or_else(|_| USUAL_SERVER.to_owned());
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{database}")
}

fn connect(database: &str) -> PgConnection {
    let url = url_of(database);
    PgConnection::establish(&url).unwrap_or_else(|error| {
        panic!("no PostgreSQL server: start one, or let ROSTER_TEST_POSTGRES name one: {error}")
    })
}

/// A database that is dropped with this.
pub(crate) struct OwnDatabase(String);

impl OwnDatabase {
    /// One without a schema.
    pub(crate) fn empty() -> Self {
        Self::made("TEMPLATE template0 ENCODING 'UTF8'")
    }

    /// One with the schema, and nothing in it.
    pub(crate) fn migrated() -> Self {
        static TEMPLATE: OnceLock<OwnDatabase> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            drop_leftovers();
            let template = Self::empty();
            PostgresStore::migrate(&template.options()).unwrap();
            template
        });
        Self::made(&format!("TEMPLATE {}", template.0))
    }

    fn made(how: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("roster_adapter_test_{}_{number}", std::process::id());
        let mut server = connect("postgres");
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {name} {how}")).unwrap();
        Self(name)
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions { connections: 4, ..PostgresOptions::at(url_of(&self.0)) }
    }

    /// A connection as another process would have one.
    pub(crate) fn connection(&self) -> PgConnection {
        connect(&self.0)
    }
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Drops what test processes that are gone have left: their templates, and more where they were killed.
fn drop_leftovers() {
    let mut server = connect("postgres");
    let named = diesel::sql_query(
        "SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'roster\\_adapter\\_test\\_%'",
    );
    let leftovers: Vec<Name> = named.load(&mut server).unwrap();
    for Name { name } in leftovers {
        let process = name.split('_').nth(3).unwrap_or_default();
        if !std::path::Path::new("/proc").join(process).exists() {
            // Another test process may do the same.
            server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).ok();
        }
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let dropped = connect("postgres").batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.0));
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}

struct Postgres {
    store: Arc<dyn Store>,
    database: OwnDatabase,
}

/// An empty store in a database of its own.
pub(crate) fn fresh() -> Box<dyn TestDatabase> {
    on(OwnDatabase::migrated())
}

/// The store in this database.
pub(crate) fn on(database: OwnDatabase) -> Box<dyn TestDatabase> {
    Box::new(Postgres { store: Arc::new(PostgresStore::open(&database.options()).unwrap()), database })
}

impl TestDatabase for Postgres {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    fn events(&self) -> Vec<StoredEvent> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        while runtime.block_on(self.store.number_events()).unwrap() > 0 {}
        let rows: Vec<EventRow> = diesel::sql_query(
            "SELECT seq, encode(id, 'hex') AS id, type AS kind, time, actor_type, actor_id, subject_type,
                    subject_id, request_id, data FROM events ORDER BY seq",
        )
        .load(&mut self.database.connection())
        .unwrap();
        rows.into_iter().map(Into::into).collect()
    }
}
