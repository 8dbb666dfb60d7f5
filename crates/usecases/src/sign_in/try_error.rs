use roster_ports::{Abort, StoreError};
use std::time::Duration;
use thiserror::Error;

/// Why a password was not tried.
#[derive(Debug, Error)]
pub(crate) enum TryError {
    /// Too many failed already. This try does not count.
    #[error("too many passwords were wrong")]
    TooMany {
        /// How long no other try is worth making.
        retry_after: Duration,
    },
    /// Too many passwords wait to be hashed. This try does not count.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Abort<Self>> for TryError {
    fn from(abort: Abort<Self>) -> Self {
        match abort {
            Abort::Refused(error) => error,
            Abort::Store(error) => error.into(),
        }
    }
}
