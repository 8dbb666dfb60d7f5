use bcrypt::HashParts;
use roster_ports::{HashingError, PasswordHash, SecretId};
use secrecy::{ExposeSecret, SecretString};
use std::ops::RangeInclusive;

use super::pepper::Pepper;
use crate::master_secret::Keys;

/// The costs of bcrypt that are made and believed. More would let a planted hash hold a thread for hours.
pub(super) const COSTS: RangeInclusive<u32> = 4..=14;

const VERSION: &str = "v1";

/// The forms of bcrypt that are believed; all mean the same. `$2x$` marks hashes that a faulty implementation made.
const BCRYPT_FORMS: [&str; 3] = ["$2a$", "$2b$", "$2y$"];

/// A bcrypt salt and hash of which nobody knows the password.
const OF_NOTHING: &str = "Rosterhasnopasswordhe................................";

/// A hashed password: which pepper, if any, and the bcrypt text.
pub(super) struct StoredHash {
    /// None for a plain bcrypt hash, which comes from elsewhere.
    pepper: Option<SecretId>,
    bcrypt: String,
    /// Of bcrypt.
    pub(super) cost: u32,
}

impl StoredHash {
    /// Hashes a password, slowly.
    pub(super) fn of(password: &SecretString, pepper: &Pepper, cost: u32) -> Result<Self, HashingError> {
        let bcrypt = bcrypt::non_truncating_hash(pepper.apply(password).as_str(), cost).map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            HashingError::Busy
        })?;
        Ok(Self { pepper: Some(pepper.id), bcrypt, cost })
    }

    /// A hash that costs as much to verify as any other of this cost.
    pub(super) fn of_nothing(pepper: &Pepper, cost: u32) -> Self {
        Self { pepper: Some(pepper.id), bcrypt: format!("$2b${cost:02}${OF_NOTHING}"), cost }
    }

    /// Reads a stored hash, of ours or plain bcrypt; its cost must be one of [`COSTS`].
    pub(super) fn from_stored(stored: &PasswordHash) -> Result<Self, HashingError> {
        let read = match stored.0.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('$')) {
            Some(peppered) => {
                let parts = peppered.split_once('$');
                parts.and_then(|(pepper, bcrypt)| Some((Some(pepper.parse().ok()?), bcrypt)))
            }
            None => Some((None, stored.0.as_str())),
        };
        let (pepper, bcrypt) = read.ok_or(HashingError::Broken)?;
        let cost = believed_cost(bcrypt).ok_or(HashingError::Broken)?;
        Ok(Self { pepper, bcrypt: bcrypt.to_owned(), cost })
    }

    /// Itself, where its pepper is one of these or it needs none.
    pub(super) fn known_to(self, peppers: &Keys<Pepper>) -> Result<Self, HashingError> {
        let is_known = self.pepper.is_none_or(|id| peppers.iter().any(|pepper| pepper.id == id));
        if is_known { Ok(self) } else { Err(HashingError::Broken) }
    }

    /// The text to store.
    pub(super) fn to_stored(&self) -> PasswordHash {
        PasswordHash(match self.pepper {
            Some(pepper) => format!("{VERSION}${pepper}${}", self.bcrypt),
            None => self.bcrypt.clone(),
        })
    }

    /// Whether a new hash would be made in this way.
    pub(super) fn is_up_to_date(&self, pepper: &Pepper, cost: u32) -> bool {
        self.pepper == Some(pepper.id) && self.cost == cost
    }

    /// Whether this is the password, slowly, under the pepper with which it was hashed.
    pub(super) fn verify(
        &self,
        password: &SecretString,
        peppers: &Keys<Pepper>,
    ) -> Result<bool, HashingError> {
        let Some(id) = self.pepper else { return self.verify_plain(password) };
        let pepper = peppers.iter().find(|pepper| pepper.id == id).ok_or(HashingError::Broken)?;
        bcrypt::non_truncating_verify(pepper.apply(password).as_str(), &self.bcrypt)
            .map_err(|_| HashingError::Broken)
    }

    /// Plain bcrypt takes the bytes as they were typed, and of those 72 at most: so did whoever made the hash. To bcrypt a
    /// text with a NUL is the same as that text repeated, so none is right, though it takes as long.
    fn verify_plain(&self, password: &SecretString) -> Result<bool, HashingError> {
        let password = password.expose_secret();
        let is_right = bcrypt::verify(password, &self.bcrypt).map_err(|_| HashingError::Broken)?;
        Ok(is_right && !password.contains('\0'))
    }
}

/// The cost of a bcrypt hash of one of the known forms; `None` for any other text.
fn believed_cost(bcrypt: &str) -> Option<u32> {
    let is_known = BCRYPT_FORMS.iter().any(|form| bcrypt.starts_with(form));
    let parts: HashParts = bcrypt.parse().ok().filter(|_| is_known)?;
    Some(parts.get_cost()).filter(|cost| COSTS.contains(cost))
}
