use roster_domain::{AccessToken, Instant, KeyId};
use secrecy::SecretString;
use std::fmt;
use thiserror::Error;

use crate::SealedKey;

/// The token is not one of ours, or no longer. Why is logged, never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the access token is not valid: {reason}")]
pub struct InvalidToken {
    /// For the log.
    pub reason: &'static str,
}

/// Issues and verifies access tokens: signed JWTs by RFC 9068.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AccessTokens: Send + Sync {
    /// Signs a token with the current key.
    fn issue(&self, token: &AccessToken) -> Result<SecretString, KeyError>;

    /// Reads a token that this service issued for itself, and refuses every other.
    ///
    /// It says nothing about whether the user, the client or the session still exist.
    fn verify(&self, token: &str, now: Instant) -> Result<AccessToken, InvalidToken>;
}

/// A public key as JWKS shows it (RFC 7517, RFC 7518 §6.2): EC P-256, for ES256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its name.
    pub id: KeyId,
    /// The x coordinate, base64url.
    pub x: String,
    /// The y coordinate, base64url.
    pub y: String,
}

/// Why there is no key to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// No key was made or installed yet.
    #[error("there is no signing key")]
    Missing,
    /// A kept key cannot be unsealed or read: another master secret, or damage.
    #[error("a signing key cannot be unsealed with the master secret")]
    Unreadable,
    /// The random source or the cryptographic library failed.
    #[error("the cryptographic library failed")]
    Failed,
}

/// Makes signing keys and uses those that the store keeps, sealed.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SigningKeys: Send + Sync {
    /// A new key, sealed under the master secret; it is not in use before it is installed.
    fn generate(&self, now: Instant) -> Result<SealedKey, KeyError>;

    /// Uses these keys from now on, and no other: the last one signs, all verify.
    fn install(&self, keys: &[SealedKey]) -> Result<(), KeyError>;

    /// The public halves of the installed keys.
    fn public_keys(&self) -> Vec<PublicKey>;
}

/// What the store keeps of an opaque token: it cannot be turned back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(***)")
    }
}

/// A fresh secret of 256 random bits, and what the store keeps of it.
#[derive(Debug, Clone)]
pub struct OpaqueToken {
    /// The secret, URL-safe.
    pub secret: SecretString,
    /// Its hash.
    pub hash: TokenHash,
}

/// Makes refresh tokens, client secrets and the like.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OpaqueTokens: Send + Sync {
    /// A new secret.
    fn generate(&self) -> OpaqueToken;

    /// The hashes under which a presented secret may be kept, the most likely one first: one a master secret.
    fn hashes(&self, presented: &str) -> Vec<TokenHash>;

    /// Compares in constant time.
    fn matches(&self, presented: &str, kept: &TokenHash) -> bool;
}
