//! A database file of a test's own.

use diesel::prelude::*;
use roster_adapter_diesel::{SqliteOptions, SqliteStore};
use roster_ports::Store;
use std::sync::Arc;
use tempfile::TempDir;

use crate::contract::world::{EventRow, StoredEvent, TestDatabase};

pub(crate) struct File {
    folder: TempDir,
}

impl File {
    /// A file that is not there yet.
    pub(crate) fn none() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn migrated() -> Self {
        let file = Self::none();
        SqliteStore::migrate(&file.options()).unwrap();
        file
    }

    pub(crate) fn options(&self) -> SqliteOptions {
        SqliteOptions::at(self.folder.path().join("roster.db"))
    }

    /// A connection as another process would have one, with SQLite's own settings.
    pub(crate) fn connection(&self) -> SqliteConnection {
        SqliteConnection::establish(self.options().path.to_str().unwrap()).unwrap()
    }
}

struct Sqlite {
    store: Arc<dyn Store>,
    file: File,
}

/// An empty store in a file of its own.
pub(crate) fn fresh() -> Box<dyn TestDatabase> {
    on(File::migrated())
}

/// The store in this file.
pub(crate) fn on(file: File) -> Box<dyn TestDatabase> {
    Box::new(Sqlite { store: Arc::new(SqliteStore::open(&file.options()).unwrap()), file })
}

impl TestDatabase for Sqlite {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    fn events(&self) -> Vec<StoredEvent> {
        let rows: Vec<EventRow> = diesel::sql_query(
            "SELECT seq, lower(hex(id)) AS id, type AS kind, time, actor_type, actor_id, subject_type,
                    subject_id, request_id, data FROM events ORDER BY seq",
        )
        .load(&mut self.file.connection())
        .unwrap();
        rows.into_iter().map(Into::into).collect()
    }
}
