use roster_domain::{Access, ClientId, Instant, User, UserId};

use super::Stored;
use crate::Pseudonym;

/// What came of a change, to be answered again to whoever asks for the same change once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A person was created with this record.
    UserCreated(Box<User>),
    /// Facility access was given or removed, and this is what is held since.
    AccessChanged(Access),
}

impl Outcome {
    /// The person whom it is about.
    pub fn about(&self) -> UserId {
        match self {
            Self::UserCreated(user) => user.id,
            Self::AccessChanged(access) => access.user,
        }
    }
}

/// The outcome of a change that was asked for with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOutcome {
    /// The caller with the key.
    pub asked_as: Pseudonym,
    /// The request: method, path and body.
    pub request: Pseudonym,
    /// Who asked.
    pub by: OutcomeOwner,
    /// When.
    pub at: Instant,
    /// What came of it.
    pub outcome: Outcome,
}

/// Who asked for a change. What came of it goes when they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeOwner {
    /// A person.
    User(UserId),
    /// A client on its own behalf.
    Client(ClientId),
}

/// Reads outcomes that are kept.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadReplays {
    /// The outcome of what this caller asked with this key, if it was kept after this instant.
    fn outcome(&mut self, asked_as: Pseudonym, after: Instant) -> Stored<Option<KeptOutcome>>;
}

/// Writes outcomes to be kept.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteReplays {
    /// Keeps an outcome in the place of an older one. It goes with whoever asked and with the person whom it is about.
    fn keep(&mut self, kept: &KeptOutcome) -> Stored<()>;

    /// Forgets outcomes from before this instant: at most `limit` of them. Returns how many.
    fn sweep(&mut self, before: Instant, limit: u32) -> Stored<u32>;
}
