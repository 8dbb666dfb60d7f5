//! The database that the settings name, behind its port.

use roster_adapter_diesel::{
    CopiedBackup, CopyEnd, Examined, OpenError, PostgresOptions, PostgresStore, SharedLocks, SqliteBackup,
    SqliteOptions, SqliteStore,
};
use roster_ports::{BackupDraft, BackupError, Store};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::settings::{Database, Settings};
use crate::{DataFolder, Stop};

/// Who opens it: how long may they wait?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opener {
    /// The service, where nobody waits for long.
    Service,
    /// A short command: beside a service that writes all the time its turn may be long in coming.
    Command,
    /// Somebody who leaves everything as it is.
    Onlooker,
}

/// How long a short command waits for its turn.
const COMMAND_PATIENCE: Duration = Duration::from_mins(1);

/// A store, and the locks that it shares with other instances, where there can be others.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) shared_locks: Option<SharedLocks>,
}

/// Opens it as it is.
pub(crate) fn open(settings: &Settings, opener: Opener) -> Result<Opened, OpenError> {
    open_database(settings, &settings.database, opener)
}

/// Opens a database, whichever the settings name.
pub(super) fn open_database(
    settings: &Settings,
    database: &Database,
    opener: Opener,
) -> Result<Opened, OpenError> {
    match Options::of(settings, database, opener) {
        Options::Sqlite(options) => {
            Ok(Opened { store: Arc::new(SqliteStore::open(&options)?), shared_locks: None })
        }
        Options::Postgres(options) => {
            let store = PostgresStore::open(&options)?;
            let shared_locks = Some(store.shared_locks());
            Ok(Opened { store: Arc::new(store), shared_locks })
        }
    }
}

/// Brings the schema up to date; returns the migrations that it ran. Makes no database in the place of one that was lost.
pub(crate) fn migrate(settings: &Settings, folder: Option<&DataFolder>) -> Result<Vec<String>, Stop> {
    refuse_lost(settings, folder)?;
    match Options::of(settings, &settings.database, Opener::Command) {
        Options::Sqlite(options) => Ok(SqliteStore::migrate(&options)?),
        Options::Postgres(options) => Ok(PostgresStore::migrate(&options)?),
    }
}

/// Like [`migrate`], but only where there is no schema at all yet.
pub(crate) fn migrate_new(settings: &Settings, folder: Option<&DataFolder>) -> Result<(), Stop> {
    // Before it is opened, which makes an empty file a database already.
    refuse_lost(settings, folder)?;
    match open(settings, Opener::Command) {
        Err(OpenError::Missing(_)) => migrate(settings, folder).map(drop),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// The master secret of the folder is made for a file that is there, so where it lies alone something was lost.
fn refuse_lost(settings: &Settings, folder: Option<&DataFolder>) -> Result<(), Stop> {
    let (Database::Sqlite(file), Some(folder)) = (&settings.database, folder) else { return Ok(()) };
    let secret = folder.secret_file();
    let is_empty = file.metadata().map_or(true, |file| file.len() == 0);
    if is_empty && settings.secret.is_none() && secret.exists() {
        return Err(Stop::Failure(format!(
            "{} is missing or empty, but {} was used with it: bring the database back, or remove the secret to begin anew",
            file.display(),
            secret.display()
        )));
    }
    Ok(())
}

/// Looks for whatever is wrong with the database and its rows.
pub(crate) fn examine(settings: &Settings) -> Result<Examined, Stop> {
    match Options::of(settings, &settings.database, Opener::Command) {
        Options::Sqlite(options) => Ok(SqliteStore::examine(&options)?),
        Options::Postgres(options) => Ok(PostgresStore::examine(&options)?),
    }
}

/// Begins a backup into this file.
pub(crate) fn begin_backup(settings: &Settings, file: &Path) -> Result<Box<dyn BackupDraft>, BackupError> {
    Ok(match Options::of(settings, &settings.database, Opener::Command) {
        Options::Sqlite(options) => Box::new(SqliteBackup::begin(&options, file)?),
        Options::Postgres(options) => Box::new(CopiedBackup::begin(&CopyEnd::Postgres(options), file)?),
    })
}

pub(super) enum Options {
    Sqlite(SqliteOptions),
    Postgres(PostgresOptions),
}

impl Options {
    pub(super) fn of(settings: &Settings, database: &Database, opener: Opener) -> Self {
        let read_only = opener == Opener::Onlooker;
        match database {
            Database::Sqlite(file) => {
                let options = SqliteOptions::at(file);
                let patience = if opener == Opener::Service { options.patience } else { COMMAND_PATIENCE };
                Self::Sqlite(SqliteOptions {
                    readers: settings.database_pool,
                    patience,
                    read_only,
                    ..options
                })
            }
            Database::Postgres(url) => {
                let read_url = settings.database_read_url.as_ref().map(|url| url.expose().to_owned());
                let options = PostgresOptions::at(url.expose());
                Self::Postgres(match opener {
                    Opener::Service => PostgresOptions {
                        read_url,
                        connections: settings.database_pool,
                        longest: shorter(settings.request_timeout),
                        ..options
                    },
                    Opener::Command | Opener::Onlooker => PostgresOptions {
                        connections: 2,
                        patience: COMMAND_PATIENCE,
                        longest: COMMAND_PATIENCE,
                        read_only,
                        ..options
                    },
                })
            }
        }
    }

    pub(super) fn copy_end(self) -> CopyEnd {
        match self {
            Self::Sqlite(options) => CopyEnd::Sqlite(options),
            Self::Postgres(options) => CopyEnd::Postgres(options),
        }
    }
}

/// Whoever waits is to be told why before the time of the request is over.
fn shorter(request: Duration) -> Duration {
    request * 9 / 10
}
