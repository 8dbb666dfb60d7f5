use diesel::result::{DatabaseErrorKind, Error};
use roster_ports::StoreError;

use crate::sqlite;

/// Why a database was not opened or migrated.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no file, or no schema in it: migrate first.
    #[error("there is no database at {0}; migrate first")]
    Missing(String),
    /// The schema is older than this release: migrate first.
    #[error("the database lacks the migrations {}; migrate first", pending.join(", "))]
    Outdated {
        /// What migrating would run, in order.
        pending: Vec<String>,
    },
    /// The schema is newer than this release can use.
    #[error("the database needs release {oldest_release} or newer, and this is {this_release}")]
    TooNew {
        /// The oldest release that may run on the schema.
        oldest_release: String,
        /// This one.
        this_release: &'static str,
    },
    /// Another database was being copied to here, and not all of it is here.
    #[error(
        "the database at {0} holds an unfinished copy: run `roster db copy` again, or begin with an empty one"
    )]
    Unfinished(String),
    /// The SQLite library can corrupt a database that is used by several connections.
    #[error("SQLite {found} is too old: it must be 3.51.3 or newer")]
    SqliteTooOld {
        /// Its version.
        found: String,
    },
    /// It cannot be reached, is in use, or the disk is full. It may be tried again later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It is damaged, or no database at all. It was left as it is.
    #[error("the database is damaged, or none at all ({0}); it was left as it is")]
    Damaged(String),
    /// It cannot be used.
    #[error("the database cannot be used: {0}")]
    Failed(String),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        if sqlite::is_damage(&error) {
            return Self::Damaged(error.to_string());
        }
        if sqlite::is_outage(&error) || is_lost_connection(&error) {
            return Self::Unavailable(error.to_string());
        }
        Self::Failed(error.to_string())
    }
}

/// Whether the connection to a server broke.
const fn is_lost_connection(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
    )
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
