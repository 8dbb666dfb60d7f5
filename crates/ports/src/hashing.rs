use async_trait::async_trait;
use secrecy::SecretString;
use std::any::Any;
use std::fmt;
use thiserror::Error;

/// A hashed password, as stored. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// Whether a password is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right,
    /// It is, but the hash was made in another way than new ones are: hash it anew.
    RightButOutdated,
    /// It is not.
    Wrong,
}

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashingError {
    /// Too many wait already: try again later.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The hash on record cannot be read.
    #[error("a stored password hash is broken")]
    Broken,
}

/// A place among the passwords that wait to be hashed or are. It is free again when this is dropped.
pub struct Place {
    _held_by: Box<dyn Any + Send>,
}

impl Place {
    /// A place that is held for as long as this is kept.
    pub fn held_by(guard: impl Send + 'static) -> Self {
        Self { _held_by: Box::new(guard) }
    }
}

/// The turn of a password to be hashed. Whoever drops it lets the next one have theirs.
pub struct Turn {
    _held_by: Box<dyn Any + Send>,
}

impl Turn {
    /// A turn that is held for as long as this is kept.
    pub fn held_by(guard: impl Send + 'static) -> Self {
        Self { _held_by: Box::new(guard) }
    }
}

/// Hashes passwords, slowly, on threads of its own with a bounded queue.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A place for a password that is to be verified; `None` where too many wait. Whoever takes one first does no work for
    /// what would be refused.
    fn place(&self) -> Option<Place>;

    /// Hashes a password. The whole of it counts, whatever its length; NFC forms of one text hash alike.
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError>;

    /// Waits for the turn of a password: what has made hashing it needless meanwhile can be looked at then, briefly.
    async fn turn(&self) -> Result<Turn, HashingError>;

    /// Hashes a password, like [`hash`](Self::hash), whose turn has come.
    async fn hash_in_turn(&self, turn: Turn, password: SecretString) -> Result<PasswordHash, HashingError>;

    /// Verifies a password, and gives its place back once that is done. Without a hash to verify against it works as for
    /// one, and finds it wrong.
    ///
    /// [`Verdict::Wrong`] and [`HashingError::Broken`] are answered no sooner than verifying against the slowest hash would
    /// take, of those with today's cost and with the given one, but within 2 s; the wait holds no thread. So the time tells
    /// nothing of the hash.
    async fn verify(
        &self,
        place: Place,
        password: SecretString,
        against: Option<PasswordHash>,
        highest_cost: Option<u32>,
    ) -> Result<Verdict, HashingError>;
}
