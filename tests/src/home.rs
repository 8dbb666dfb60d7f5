use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

use crate::binary::Roster;
use crate::database::Database;
use crate::engine::Engine;
use crate::server_database::ServerDatabase;
use crate::template;

/// The issuer of the services under test: no address, so that a link made from a request would be seen.
pub const PUBLIC_URL: &str = "https://roster.test";

/// The master secret of services on PostgreSQL, which make none of their own.
const MASTER_SECRET: &str = "Y2FuYXJ5LW1hc3Rlci1zZWNyZXQtb2YtdGhlLXRlc3RzLTAwMDE=";

/// Where a service keeps what it knows: a data folder, and on PostgreSQL a database of its own beside it.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    database: Option<ServerDatabase>,
}

impl Home {
    /// One with the template's administrator and client.
    pub fn furnished(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::in_folder(template::data_folder()),
            Engine::Postgres => {
                let fill = |url: &str| template::fill(|arguments| on_postgres(Roster::new(arguments), url));
                Self::on_server(ServerDatabase::copied(fill))
            }
        }
    }

    /// One in which nothing was kept yet, on what this run of the tests is about.
    pub fn empty() -> Self {
        match Engine::chosen() {
            Engine::Sqlite => Self::in_folder(template::temporary_folder()),
            Engine::Postgres => Self::on_server(ServerDatabase::empty()),
        }
    }

    /// One on SQLite, with its data folder in this folder, under the name `data`.
    pub(crate) const fn in_folder(folder: TempDir) -> Self {
        Self { folder, database: None }
    }

    fn on_server(database: ServerDatabase) -> Self {
        let folder = template::temporary_folder();
        fs::create_dir(folder.path().join(template::DATA)).expect("a folder can be made");
        Self { folder, database: Some(database) }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(template::DATA)
    }

    /// The database file, which there is on SQLite alone.
    pub fn database_file(&self) -> PathBuf {
        assert!(
            self.database.is_none(),
            "there is no file on PostgreSQL: this test is among those on_sqlite"
        );
        self.data().join("roster.db")
    }

    /// A command that works on this.
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Roster {
        let run = Roster::new(arguments).on(&self.data());
        match &self.database {
            Some(database) => on_postgres(run, database.url()),
            None => run,
        }
    }

    /// The database, to be looked at from outside.
    pub fn database(&self) -> Database {
        match &self.database {
            Some(database) => Database::on_server(database.url()),
            None => Database::open(&self.database_file()),
        }
    }

    /// Changes the database from outside.
    pub(crate) fn change(&self, statements: &str) {
        match &self.database {
            Some(database) => Database::change_on_server(database.url(), statements),
            None => Database::change(&self.database_file(), statements),
        }
    }

    /// Like [`Home::change`], where neither references nor what columns may hold are minded.
    pub(crate) fn change_unminded(&self, statements: &str) {
        match &self.database {
            Some(database) => Database::change_on_server_unminded(database.url(), statements),
            None => Database::change_unminded(&self.database_file(), statements),
        }
    }

    /// The master secret.
    pub(crate) fn master_secret(&self) -> String {
        if self.database.is_some() {
            return MASTER_SECRET.to_owned();
        }
        let text = fs::read_to_string(self.data().join("secret")).expect("the folder has a secret");
        text.trim().to_owned()
    }

    /// The bytes of everything that is kept but the master secret: of each file of the data folder, and of each table on
    /// a server.
    pub(crate) fn stored(&self) -> Vec<Vec<u8>> {
        let secret = self.data().join("secret");
        let paths = files_below(&self.data()).into_iter().filter(|path| *path != secret);
        let files = paths.map(|path| fs::read(path).expect("a file can be read"));
        let tables = self.database.iter().flat_map(|_| self.database().bytes_of_tables());
        files.chain(tables).collect()
    }

    /// How many pictures are kept.
    pub(crate) fn kept_pictures(&self) -> usize {
        match &self.database {
            Some(_) => {
                let count = self.database().count("SELECT count(*) AS value FROM pictures");
                usize::try_from(count).expect("a number of rows")
            }
            None => files_below(&self.data().join("pictures")).len(),
        }
    }
}

/// With the settings that every process on this database needs.
fn on_postgres(run: Roster, url: &str) -> Roster {
    run.with("ROSTER_DATABASE_URL", url)
        .with("ROSTER_SECRET", MASTER_SECRET)
        .with("ROSTER_PUBLIC_URL", PUBLIC_URL)
}

/// Every file in a folder and those in it; none where there is no folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
