use roster_domain::Fault;
use roster_domain::permission::Denied;
use roster_ports::{Abort, Conflict, HashingError, PictureFault, PictureKeepError, StoreError};
use std::time::Duration;
use thiserror::Error;

use crate::sign_in::TryError;

/// Which value of a request a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The proof of one's own password when changing the address.
    CurrentPassword,
    /// The proof of one's own password when changing it.
    OldPassword,
    /// The password to be set.
    NewPassword,
    /// The user who gets or loses access.
    UserId,
}

/// What a use case answers instead of doing what was asked. It is the caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// Since the token was looked at, its user, client or session ended or was disabled.
    #[error("the token is no longer valid")]
    NoLongerSignedIn,
    /// The right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The cursor is none of ours, or was made for another list.
    #[error("the cursor is not one of this list")]
    UnknownCursor,
    /// The upload makes no picture.
    #[error(transparent)]
    Picture(#[from] PictureFault),
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// Values break rules that only the use case can judge.
    #[error("invalid")]
    Invalid(Vec<(Place, Fault)>),
    /// Another user has this address.
    #[error("the address is already used")]
    EmailAlreadyUsed,
    /// Nobody would be left who administers.
    #[error("the last administrator must stay")]
    LastAdministrator,
    /// The record is of another version than the caller meant.
    #[error("the record has changed meanwhile")]
    VersionMismatch,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// A public client has no secret.
    #[error("a public client has no secret")]
    NoSecret,
    /// The client was enabled and used again while it was deleted.
    #[error("the client was enabled and used again meanwhile")]
    InUseAgain,
    /// Too many passwords were wrong.
    #[error("too many tries")]
    TooManyTries {
        /// How long nothing is tried.
        retry_after: Duration,
    },
}

/// Why a use case gave no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// It refuses.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Something that it needs is unavailable for now. The cause is for the log.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something broke. The cause is for the log.
    #[error("failed: {0}")]
    Broken(String),
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Refused(Refused::Denied(denied))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Conflict::EmailAlreadyUsed) => Self::Refused(Refused::EmailAlreadyUsed),
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<Abort<Refused>> for Failure {
    fn from(abort: Abort<Refused>) -> Self {
        match abort {
            Abort::Refused(refused) => Self::Refused(refused),
            Abort::Store(error) => error.into(),
        }
    }
}

impl From<HashingError> for Failure {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Unavailable(error.to_string()),
            HashingError::Broken => Self::Broken(error.to_string()),
        }
    }
}

impl From<TryError> for Failure {
    fn from(error: TryError) -> Self {
        match error {
            TryError::TooMany { retry_after } => Refused::TooManyTries { retry_after }.into(),
            TryError::Busy => Self::Unavailable(error.to_string()),
            TryError::Store(error) => error.into(),
        }
    }
}

impl From<PictureFault> for Failure {
    fn from(fault: PictureFault) -> Self {
        match fault {
            PictureFault::Busy => Self::Unavailable(fault.to_string()),
            other => Self::Refused(Refused::Picture(other)),
        }
    }
}

impl From<PictureKeepError> for Failure {
    fn from(error: PictureKeepError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Refuses inside a write: nothing of it remains.
pub(crate) fn refuse<T>(refused: Refused) -> Result<T, Abort<Refused>> {
    Err(Abort::Refused(refused))
}

/// A missing right inside a write.
pub(crate) fn denied(denied: Denied) -> Abort<Refused> {
    Abort::Refused(Refused::Denied(denied))
}
