//! What Roster's use cases need of the world: traits and their errors, no logic.
//!
//! [`Store`] keeps everything, one transaction a use case; the other traits hash, sign, draw and tell the time.
//! Adapters implement them; with the feature `mocks` there are mocks of them all.

#![allow(
    clippy::needless_lifetimes,
    reason = "mockall needs the lifetimes of references inside of options by name"
)]
#![cfg_attr(feature = "mocks", allow(clippy::ref_option_ref, reason = "mockall writes such code"))]

mod backup;
mod hashing;
mod pictures;
mod seals;
mod store;
mod system;
mod tokens;

#[cfg(feature = "mocks")]
pub mod mocks;

pub use backup::{BackedUp, BackupDraft, BackupError};
pub use hashing::{HashingError, PasswordHash, PasswordHasher, Place, Turn, Verdict};
pub use pictures::{
    Picture, PictureFault, PictureKeepError, PictureKeeper, PictureLock, PictureStudio, Upload,
};
pub use seals::{IntercomIdentity, Pseudonym, Seals};
pub use store::{
    Abort, Attempt, ChosenBy, Conflict, Done, Fingerprint, Holdings, KeptOutcome, NewRefreshToken,
    NotASecretId, Outcome, OutcomeOwner, PasswordRecord, Position, ReadAccess, ReadAccessHistory,
    ReadAttempts, ReadClients, ReadCredentials, ReadJob, ReadKeys, ReadPictures, ReadReplays, ReadSessions,
    ReadTx, ReadUsers, RefreshTokenRecord, RefreshTokenState, Rotation, SealedKey, SecretId, Slice, Store,
    StoreError, Stored, Undo, UserFilter, WriteAccess, WriteAttempts, WriteClients, WriteCredentials,
    WriteJob, WriteKeys, WritePictures, WriteReplays, WriteSessions, WriteTx, WriteUsers, note_waiting,
    wait_at_most, waiting_left,
};
pub use system::{Clock, DomainNames, Ids, NumberingPlans, Pause};
pub use tokens::{
    AccessTokens, ImportError, InvalidToken, KeyError, KeyParameters, OpaqueToken, OpaqueTokens, PublicKey,
    SealedSuccessor, SigningKeys, TokenHash,
};
