use roster_domain::UserId;
use roster_domain::permission::{Permit, SetPassword};

use super::Stored;
use crate::PasswordHash;

/// Who chose a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// Its owner.
    Owner,
    /// Somebody else; the owner is told to change it.
    Other,
}

/// A user's password, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRecord {
    /// Its hash.
    pub hash: PasswordHash,
    /// Who chose it.
    pub chosen_by: ChosenBy,
}

/// Reads passwords.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadCredentials {
    /// The user's password; `None` for a user without one, and for none.
    fn password(&mut self, user: UserId) -> Stored<Option<PasswordRecord>>;
}

/// Writes passwords.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteCredentials {
    /// Sets the user's password, the first one or another.
    fn set_password(
        &mut self,
        permit: &Permit<SetPassword>,
        user: UserId,
        password: &PasswordRecord,
    ) -> Stored<()>;
}
