use roster_domain::{Instant, KeyId, KeyTerm, SigningAlgorithm};
use std::fmt;
use std::str::FromStr;

use super::Stored;

/// A signing key, sealed under the master secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Its name.
    pub id: KeyId,
    /// How it signs.
    pub algorithm: SigningAlgorithm,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
    /// The master secret under which it is sealed.
    pub sealed_under: SecretId,
    /// When it was made or imported.
    pub created_at: Instant,
    /// When it signs.
    pub term: KeyTerm,
}

/// Tells one master secret from another without giving it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// A short name for a master secret: the first four bytes of its fingerprint, in hexadecimal as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId([u8; 4]);

impl Fingerprint {
    /// The short name of the master secret.
    pub const fn id(&self) -> SecretId {
        let [a, b, c, d, ..] = self.0;
        SecretId([a, b, c, d])
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Not the short name of a master secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be eight hexadecimal digits")]
pub struct NotASecretId;

impl FromStr for SecretId {
    type Err = NotASecretId;

    fn from_str(text: &str) -> Result<Self, NotASecretId> {
        let is_hexadecimal = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| is_hexadecimal);
        number.map(|number| Self(number.to_be_bytes())).ok_or(NotASecretId)
    }
}

/// Reads signing keys and fingerprints.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadKeys {
    /// Every signing key, in the order in which they begin to sign.
    fn signing_keys(&mut self) -> Stored<Vec<SealedKey>>;

    /// The fingerprints of the master secrets in use.
    fn fingerprints(&mut self) -> Stored<Vec<Fingerprint>>;
}

/// Writes signing keys and fingerprints.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteKeys {
    /// Keeps a signing key. MUST fail with [`Conflict::KeyIdAlreadyUsed`](super::Conflict) when the id is taken.
    fn insert_signing_key(&mut self, key: &SealedKey) -> Stored<()>;

    /// Puts a signing key in the place of the one of this id that is on record.
    fn update_signing_key(&mut self, key: &SealedKey) -> Stored<()>;

    /// Forgets a signing key that is on record.
    fn delete_signing_key(&mut self, id: &KeyId) -> Stored<()>;

    /// Keeps a fingerprint; keeping one again succeeds.
    fn insert_fingerprint(&mut self, fingerprint: Fingerprint, at: Instant) -> Stored<()>;

    /// Forgets a fingerprint; one that is not kept is forgotten already.
    fn delete_fingerprint(&mut self, fingerprint: Fingerprint) -> Stored<()>;
}
