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

/// A public key that verifies access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its name.
    pub id: KeyId,
    /// What it is made of, as a JWK shows it.
    pub parameters: KeyParameters,
    /// The whole as DER, a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    pub der: Vec<u8>,
}

/// The numbers of a public key, base64url (RFC 7518 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyParameters {
    /// A point on P-256, for ES256.
    Ec {
        /// The x coordinate.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// For RS256.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
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

/// Why a key was not imported. It never repeats anything of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ImportError {
    /// Not one private key in PKCS#8 PEM (RFC 7468 §10).
    #[error(
        "must hold one unencrypted private key in PKCS#8 PEM, which begins with -----BEGIN PRIVATE KEY-----"
    )]
    NotPkcs8,
    /// Neither EC on P-256 nor RSA, or with numbers that do not belong together.
    #[error("must be a whole EC key on P-256, or RSA key with a public exponent of at least 65537")]
    Unsupported,
    /// An RSA key of another size.
    #[error("must have 2048, 3072 or 4096 bits, as an RSA key")]
    WrongSize,
    /// An EC key without its public half, which RFC 5915 leaves optional.
    #[error(
        "must hold the public key too, as an EC key: `openssl ec -in FILE | openssl pkcs8 -topk8 -nocrypt` adds it"
    )]
    WithoutPublicKey,
    /// It could not be sealed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Makes signing keys and uses those that the store keeps, sealed.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SigningKeys: Send + Sync {
    /// A new key for ES256 that signs from this instant on, sealed under the master secret in use. It is not in use
    /// before it is installed.
    fn generate(&self, now: Instant, signs_from: Instant) -> Result<SealedKey, KeyError>;

    /// A private key from outside, in PKCS#8 PEM, otherwise as [`SigningKeys::generate`] makes one.
    fn import(&self, pem: &SecretString, now: Instant, signs_from: Instant)
    -> Result<SealedKey, ImportError>;

    /// The same key sealed under the master secret in use; `None` where it is already.
    fn reseal(&self, key: &SealedKey) -> Result<Option<SealedKey>, KeyError>;

    /// Uses these keys from now on, and no other. All verify; a token is signed by the one whose term it is when the token
    /// is issued ([`KeyTerm::signing`](roster_domain::KeyTerm::signing)), which is why they come in the order of their terms.
    ///
    /// A key that cannot be opened is left out, and that is the failure; with all others it is as if it were not there, so
    /// that it keeps no stolen key in use.
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

/// A refresh token, encrypted so that only whoever has its predecessor can read it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSuccessor(pub Vec<u8>);

impl fmt::Debug for SealedSuccessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSuccessor(***)")
    }
}

/// Makes refresh tokens, client secrets and the like.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OpaqueTokens: Send + Sync {
    /// A new secret.
    fn generate(&self) -> OpaqueToken;

    /// The hash under which a presented secret may be kept.
    fn hash(&self, presented: &str) -> TokenHash;

    /// Compares in constant time.
    fn matches(&self, presented: &str, kept: &TokenHash) -> bool;

    /// Encrypts a refresh token under a key that is derived from its predecessor alone.
    fn seal_successor(&self, predecessor: &SecretString, successor: &SecretString) -> SealedSuccessor;

    /// The refresh token; `None` for whatever was not sealed with this predecessor.
    fn open_successor(&self, predecessor: &SecretString, sealed: &SealedSuccessor) -> Option<SecretString>;
}
