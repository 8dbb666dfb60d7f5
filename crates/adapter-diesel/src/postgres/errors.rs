use diesel::result::{DatabaseErrorKind, Error};
use roster_ports::StoreError;

use crate::constraints::violated;

/// What an error of a statement means to the store's callers.
///
/// What the server says beside broken rules (full, shutting down, too slow, locked) is about its state: diesel keeps no
/// code of it, and its texts come in many languages.
pub(super) fn store_error(error: &Error) -> StoreError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            match violated(information.as_ref()) {
                Some(conflict) => StoreError::Conflict(conflict),
                None => StoreError::Failed(error.to_string()),
            }
        }
        Error::DatabaseError(kind, _) if is_broken_rule(*kind) => StoreError::Failed(error.to_string()),
        Error::DatabaseError(..) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Failed(error.to_string()),
    }
}

const fn is_broken_rule(kind: DatabaseErrorKind) -> bool {
    use DatabaseErrorKind::{
        CheckViolation, ExclusionViolation, ForeignKeyViolation, NotNullViolation, RestrictViolation,
    };
    matches!(
        kind,
        CheckViolation | ExclusionViolation | ForeignKeyViolation | NotNullViolation | RestrictViolation
    )
}

/// What can be done about a failed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Others were in the way: the transaction may be run again.
    RunAgain,
    /// A rule was broken that who writes looks after first, so others were faster than the look: run again, it sees what
    /// they did. A few times will do.
    LookAgain,
    /// The connection is gone, or not to be trusted any more.
    Reconnect,
    /// Nothing.
    None,
}

pub(super) fn remedy(error: &Error) -> Remedy {
    use DatabaseErrorKind::{
        ClosedConnection, ForeignKeyViolation, ReadOnlyTransaction, SerializationFailure,
        UnableToSendCommand, UniqueViolation,
    };
    match error {
        Error::DatabaseError(SerializationFailure, _) => Remedy::RunAgain,
        Error::DatabaseError(ForeignKeyViolation, _) => Remedy::LookAgain,
        Error::DatabaseError(UniqueViolation, information) if violated(information.as_ref()).is_none() => {
            Remedy::LookAgain
        }
        Error::DatabaseError(ClosedConnection | UnableToSendCommand | ReadOnlyTransaction, _) => {
            Remedy::Reconnect
        }
        Error::DatabaseError(_, information) if says(information.message(), &DEADLOCK) => Remedy::RunAgain,
        Error::DatabaseError(_, information) if says(information.message(), &GOING_DOWN) => Remedy::Reconnect,
        _ => Remedy::None,
    }
}

/// Where the server speaks another language, a deadlock is an outage to its caller.
const DEADLOCK: [&str; 1] = ["deadlock detected"];

/// What is said of a connection that ends, or whose prepared statements a migration has outdated.
const GOING_DOWN: [&str; 5] = [
    "cached plan must not change result type",
    "terminating connection",
    "the database system is",
    "server closed the connection",
    "could not receive data from server",
];

fn says(message: &str, texts: &[&str]) -> bool {
    texts.iter().any(|text| message.starts_with(text))
}
