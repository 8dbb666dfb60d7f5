use diesel::result::{DatabaseErrorKind, Error};
use roster_ports::StoreError;
use std::path::PathBuf;

use crate::constraints;

/// Why a database was not opened or migrated.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no file, or no schema in it: migrate first.
    #[error("there is no database at {}; migrate first", .0.display())]
    Missing(PathBuf),
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
    /// The SQLite library can corrupt a database that is used by several connections.
    #[error("SQLite {found} is too old: it must be 3.51.3 or newer")]
    SqliteTooOld {
        /// Its version.
        found: String,
    },
    /// The file cannot be reached, is in use, or the disk is full. It may be tried again later.
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
        if is_damage(&error) {
            return Self::Damaged(error.to_string());
        }
        match store_error(&error) {
            StoreError::Unavailable(reason) => Self::Unavailable(reason),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What SQLite says when the trouble lies around the database and may pass; diesel keeps only this text of the code.
const OUTAGES: [&str; 8] = [
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
    "locking protocol",
    "out of memory",
];

/// What an error of a statement means to the store's callers.
pub(super) fn store_error(error: &Error) -> StoreError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            match constraints::violated(information.as_ref()) {
                Some(conflict) => StoreError::Conflict(conflict),
                None => StoreError::Failed(error.to_string()),
            }
        }
        _ if is_outage(error) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Failed(error.to_string()),
    }
}

/// What SQLite says of a file that does not hold what it should.
const DAMAGES: [&str; 2] = ["database disk image is malformed", "file is not a database"];

/// Whether it may be tried again later.
pub(super) fn is_outage(error: &Error) -> bool {
    says_one_of(error, &OUTAGES)
}

/// Whether the file is damaged, or no database at all.
pub(super) fn is_damage(error: &Error) -> bool {
    says_one_of(error, &DAMAGES)
}

fn says_one_of(error: &Error, texts: &[&str]) -> bool {
    match error {
        Error::DatabaseError(_, information) => {
            texts.iter().any(|text| information.message().starts_with(text))
        }
        _ => false,
    }
}
