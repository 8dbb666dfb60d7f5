use roster_domain::UserId;
use roster_domain::permission::{Permit, SetPassword};

use super::{SecretId, Stored};
use crate::PasswordHash;

/// Who chose a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// Its owner, or somebody on the owner's behalf for good.
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

    /// The highest bcrypt cost of any hash on record; `None` where there is none.
    fn highest_cost(&mut self) -> Stored<Option<u32>>;

    /// How many passwords were hashed under the pepper of each master secret; `None` is for hashes without one, which
    /// come from elsewhere. It looks at all of them.
    fn by_secret(&mut self) -> Stored<Vec<(Option<SecretId>, u64)>>;

    /// Whether any password was hashed under the pepper of this master secret.
    fn any_of_secret(&mut self, secret: SecretId) -> Stored<bool>;
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

    /// Puts another hash of the same password in the place of this one, if it is still the one on record. It changes
    /// nothing that anybody is told.
    fn rehash(&mut self, user: UserId, from: &PasswordHash, to: &PasswordHash) -> Stored<()>;
}
