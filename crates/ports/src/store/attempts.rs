use roster_domain::{AttemptId, Instant};

use super::Stored;
use crate::Pseudonym;

/// A try to prove a password, counted as failed until it is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// When it was made.
    pub at: Instant,
    /// What it counts for: pseudonyms of accounts and addresses.
    pub counts_for: Vec<Pseudonym>,
}

/// Reads failed tries to prove a password.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadAttempts {
    /// When tries for this one were made, after one instant and until another, the newest first: at most `take` of them.
    fn latest(&mut self, of: Pseudonym, after: Instant, until: Instant, take: u32) -> Stored<Vec<Instant>>;
}

/// Writes failed tries to prove a password.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteAttempts {
    /// Counts a try.
    fn count(&mut self, attempt: &Attempt) -> Stored<()>;

    /// Takes a try back that was no failure; one that is not on record is taken back already.
    fn take_back(&mut self, attempt: &Attempt) -> Stored<()>;

    /// Forgets tries from before this instant: at most `limit` rows. Returns how many.
    fn sweep(&mut self, before: Instant, limit: u32) -> Stored<u32>;
}
