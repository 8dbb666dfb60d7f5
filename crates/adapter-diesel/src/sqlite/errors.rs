use diesel::result::{DatabaseErrorKind, Error};
use roster_ports::StoreError;

use crate::constraints;

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
pub(crate) fn is_outage(error: &Error) -> bool {
    says_one_of(error, &OUTAGES)
}

/// Whether the file is damaged, or no database at all.
pub(crate) fn is_damage(error: &Error) -> bool {
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

/// What can be done about a failed statement: nothing, for whoever writes alone is in nobody's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remedy;

pub(super) const fn remedy(_: &Error) -> Remedy {
    Remedy
}
