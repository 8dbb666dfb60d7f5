use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bcrypt::HashParts;
use ring::hmac;
use roster_ports::{HashingError, PasswordHash, Verdict};
use secrecy::{ExposeSecret, SecretString};
use std::ops::RangeInclusive;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::hex::hex;
use crate::master_secret::Keys;

/// The costs of bcrypt that are made and believed. More would let a planted hash hold a thread for hours.
pub(super) const COSTS: RangeInclusive<u32> = 4..=14;

const VERSION: &str = "v1";

/// A bcrypt salt and hash of which nobody knows the password.
const OF_NOTHING: &str = "Rosterhasnopasswordhe................................";

/// The keyed hash in front of bcrypt.
pub(super) struct Pepper {
    id: String,
    key: hmac::Key,
}

impl Pepper {
    /// A pepper that is named by the fingerprint of its master secret.
    pub(super) fn new(key: hmac::Key, fingerprint: [u8; 32]) -> Self {
        let (id, _) = fingerprint.split_at(4);
        Self { id: hex(id), key }
    }

    /// Always 64 characters without NUL, which is what bcrypt takes whole.
    fn apply(&self, password: &SecretString) -> Zeroizing<String> {
        let composed = Zeroizing::new(password.expose_secret().nfc().collect::<String>());
        let tag = hmac::sign(&self.key, composed.as_bytes());
        Zeroizing::new(STANDARD.encode(tag.as_ref()))
    }
}

/// A hashed password: which pepper, and the bcrypt text.
pub(super) struct PepperedHash {
    pepper: String,
    bcrypt: String,
}

impl PepperedHash {
    /// Hashes a password, slowly.
    pub(super) fn of(password: &SecretString, pepper: &Pepper, cost: u32) -> Result<Self, HashingError> {
        let bcrypt = bcrypt::non_truncating_hash(pepper.apply(password).as_str(), cost).map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            HashingError::Busy
        })?;
        Ok(Self { pepper: pepper.id.clone(), bcrypt })
    }

    /// A hash that costs as much to verify as any other of this cost.
    pub(super) fn of_nothing(pepper: &Pepper, cost: u32) -> Self {
        Self { pepper: pepper.id.clone(), bcrypt: format!("$2b${cost:02}${OF_NOTHING}") }
    }

    /// Reads a stored hash; it must be of this form, and its cost one of [`COSTS`].
    pub(super) fn from_stored(stored: &PasswordHash) -> Result<Self, HashingError> {
        let mut parts = stored.0.splitn(3, '$');
        let (Some(VERSION), Some(pepper), Some(bcrypt)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(HashingError::Broken);
        };
        let is_believed = bcrypt.parse().is_ok_and(|parts: HashParts| COSTS.contains(&parts.get_cost()));
        if !is_believed {
            return Err(HashingError::Broken);
        }
        Ok(Self { pepper: pepper.to_owned(), bcrypt: bcrypt.to_owned() })
    }

    /// The text to store.
    pub(super) fn to_stored(&self) -> PasswordHash {
        PasswordHash(format!("{VERSION}${}${}", self.pepper, self.bcrypt))
    }

    /// Verifies a password, slowly, under the pepper with which it was hashed.
    pub(super) fn verify(
        &self,
        password: &SecretString,
        peppers: &Keys<Pepper>,
    ) -> Result<Verdict, HashingError> {
        let pepper = peppers.iter().find(|pepper| pepper.id == self.pepper).ok_or(HashingError::Broken)?;
        match bcrypt::non_truncating_verify(pepper.apply(password).as_str(), &self.bcrypt) {
            Ok(true) => Ok(Verdict::Right),
            Ok(false) => Ok(Verdict::Wrong),
            Err(_) => Err(HashingError::Broken),
        }
    }
}
