use roster_domain::{Instant, KeyId};

use super::Stored;

/// A signing key, sealed under the master secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Its name.
    pub id: KeyId,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
}

/// Tells one master secret from another without giving it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Reads signing keys and fingerprints.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadKeys {
    /// Every signing key, the oldest first.
    fn signing_keys(&mut self) -> Stored<Vec<SealedKey>>;

    /// The fingerprints of the master secrets in use.
    fn fingerprints(&mut self) -> Stored<Vec<Fingerprint>>;
}

/// Writes signing keys and fingerprints.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteKeys {
    /// Keeps a signing key.
    fn insert_signing_key(&mut self, key: &SealedKey) -> Stored<()>;

    /// Keeps a fingerprint; keeping one again succeeds.
    fn insert_fingerprint(&mut self, fingerprint: Fingerprint, at: Instant) -> Stored<()>;
}
