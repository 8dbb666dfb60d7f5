//! The store: one use case, one transaction.

mod access;
mod access_history;
mod attempts;
mod clients;
mod credentials;
mod keys;
mod picture_references;
mod replays;
mod sessions;
mod transaction;
mod users;
mod waiting;

pub use access::{Holdings, ReadAccess, WriteAccess};
pub use access_history::ReadAccessHistory;
pub use attempts::{Attempt, ReadAttempts, WriteAttempts};
pub use clients::{ReadClients, WriteClients};
pub use credentials::{ChosenBy, PasswordRecord, ReadCredentials, WriteCredentials};
pub use keys::{Fingerprint, NotASecretId, ReadKeys, SealedKey, SecretId, WriteKeys};
pub use picture_references::{ReadPictures, WritePictures};
pub use replays::{KeptOutcome, Outcome, OutcomeOwner, ReadReplays, WriteReplays};
pub use sessions::{
    NewRefreshToken, ReadSessions, RefreshTokenRecord, RefreshTokenState, Rotation, WriteSessions,
};
pub use transaction::{Abort, Done, ReadJob, ReadTx, Store, Undo, WriteJob, WriteTx};
pub use users::{Position, ReadUsers, Slice, UserFilter, WriteUsers};
pub use waiting::{note_waiting, wait_at_most, waiting_left};

use thiserror::Error;

/// What a method of the store returns.
pub type Stored<T> = Result<T, StoreError>;

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A rule that the store itself guards forbids it. Nothing of the transaction remains.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// It cannot be reached, is full, or has too much waiting. It may be tried again later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A stored row cannot be read back as what it stands for.
    #[error("broken row in {table}, column {column}")]
    BrokenRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A statement failed in a way that no rule foresees.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A rule that the store itself guards, so that no race can break it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Another user has an address of the same key.
    EmailAlreadyUsed,
    /// There is a client of this id.
    ClientIdAlreadyUsed,
    /// There is a signing key of this id.
    KeyIdAlreadyUsed,
}

#[cfg(feature = "mocks")]
pub(crate) mod mocks {
    pub use super::access::{MockReadAccess, MockWriteAccess};
    pub use super::access_history::MockReadAccessHistory;
    pub use super::attempts::{MockReadAttempts, MockWriteAttempts};
    pub use super::clients::{MockReadClients, MockWriteClients};
    pub use super::credentials::{MockReadCredentials, MockWriteCredentials};
    pub use super::keys::{MockReadKeys, MockWriteKeys};
    pub use super::picture_references::{MockReadPictures, MockWritePictures};
    pub use super::replays::{MockReadReplays, MockWriteReplays};
    pub use super::sessions::{MockReadSessions, MockWriteSessions};
    pub use super::users::{MockReadUsers, MockWriteUsers};
}
