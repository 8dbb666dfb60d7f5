//! A backup: one file with everything, made beside a running service.
//!
//! What is copied comes from one read transaction, which in WAL mode keeps nobody from writing; so do the numbers of rows
//! with which the copy is compared. `VACUUM INTO` would be shorter, but it cannot run in a transaction, and so could be
//! compared with nothing.

mod copied;
mod draft_file;
mod snapshot;
mod verify;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_domain::PictureName;
use roster_ports::{BackedUp, BackupDraft, BackupError, Picture};
use std::path::{Path, PathBuf};

use super::connection::{Pragmas, Purpose, assert_version, open, url};
use super::statements::pictures::lacking_names;
use super::{Connection, SqliteOptions, migrations};
use crate::OpenError;
use crate::rows::{PictureRecord, referenced_name};
use crate::schema::pictures;
pub use copied::CopiedBackup;
use draft_file::DraftFile;

/// A backup in the making, into one SQLite file that only its owner can read.
pub struct SqliteBackup {
    /// On the draft, with the database attached as `live`; gone once the draft is finished.
    connection: Option<Connection>,
    draft: DraftFile,
    rows: Vec<(String, u64)>,
}

impl SqliteBackup {
    /// Begins a backup of a database into a file that must not be there yet.
    pub fn begin(options: &SqliteOptions, file: impl Into<PathBuf>) -> Result<Self, BackupError> {
        let unreadable = |error: OpenError| BackupError::Unreadable(error.to_string());
        let pragmas = Pragmas { purpose: Purpose::Looking, patience: options.patience };
        let mut live = open(&options.path, pragmas).map_err(unreadable)?;
        migrations::check(&mut live, &options.path).map_err(unreadable)?;
        let draft = DraftFile::create(file.into())?;
        let connection = attached(draft.path(), options).map_err(unreadable)?;
        Ok(Self { connection: Some(connection), draft, rows: Vec::new() })
    }

    fn run<T>(&mut self, work: impl FnOnce(&mut Connection) -> QueryResult<T>) -> Result<T, BackupError> {
        let connection = self.connection.as_mut().ok_or_else(|| self.draft.unwritable("it is finished"))?;
        work(connection).map_err(|error| self.draft.failed(&error))
    }
}

/// A connection to the draft, with the database attached.
fn attached(draft: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let mut connection = on_draft(draft)?;
    connection.batch_execute(&format!("PRAGMA busy_timeout = {};", options.patience.as_millis()))?;
    diesel::sql_query("ATTACH DATABASE ? AS live")
        .bind::<Text, _>(url(&options.path, Purpose::Looking)?)
        .execute(&mut connection)?;
    Ok(connection)
}

/// A connection to the draft, which nobody else has.
fn on_draft(draft: &Path) -> Result<Connection, OpenError> {
    let mut connection = <Connection as diesel::Connection>::establish(&url(draft, Purpose::Writing)?)
        .map_err(|error| OpenError::Unavailable(error.to_string()))?;
    assert_version(&mut connection)?;
    // Nobody needs a draft that was interrupted, and a finished one is made durable as a whole. References are checked
    // as a whole too. What an earlier snapshot left in the file is overwritten.
    connection.batch_execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA cache_size = -16000;",
    )?;
    Ok(connection)
}

impl BackupDraft for SqliteBackup {
    fn take_snapshot(&mut self) -> Result<(), BackupError> {
        // A draft in which this fails is thrown away: rolling back would only hide why.
        let taken = self.run(|connection| {
            connection.batch_execute("BEGIN")?;
            let taken = snapshot::take(connection)?;
            connection.batch_execute("COMMIT")?;
            Ok(taken)
        })?;
        self.rows = taken.map_err(|difference| BackupError::Unfaithful(difference.to_string()))?;
        Ok(())
    }

    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> Result<Vec<PictureName>, BackupError> {
        let names = lacking_names(after, take);
        let rows = self.run(|connection| names.load(connection))?;
        let names = rows.into_iter().map(referenced_name).collect::<Result<_, _>>();
        names.map_err(|error| BackupError::Unreadable(error.to_string()))
    }

    fn add(&mut self, picture: &Picture) -> Result<(), BackupError> {
        let record = PictureRecord::from(picture);
        self.run(|connection| diesel::insert_into(pictures::table).values(record).execute(connection))?;
        Ok(())
    }

    fn finish(&mut self) -> Result<BackedUp, BackupError> {
        self.run(|connection| {
            connection.batch_execute(
                "DELETE FROM pictures WHERE NOT EXISTS
                 (SELECT 1 FROM users WHERE picture_sha256 = sha256 AND picture_format = format);",
            )
        })?;
        drop(self.connection.take());
        let rows = verify::verified(&self.draft, &self.rows)?;
        Ok(BackedUp { bytes: self.draft.publish()?, rows })
    }
}
