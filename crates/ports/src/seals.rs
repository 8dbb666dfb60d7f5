use roster_domain::UserId;

/// Names something without telling what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 16]);

/// Makes opaque values that only this service can make: texts such as cursors, and names for what must not be told.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Seals: Send + Sync {
    /// A URL-safe text that carries the payload and is good for this purpose alone. The payload is not secret, but cannot
    /// be altered; the purpose is not in it.
    fn seal(&self, purpose: &str, payload: &[u8]) -> String;

    /// The payload; `None` for whatever [`Seals::seal`] did not make for this purpose.
    fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>>;

    /// A name for the payload, the same each time for this purpose, that says nothing about it to whoever lacks the master
    /// secret.
    fn pseudonym(&self, purpose: &str, payload: &[u8]) -> Pseudonym;
}

/// Proves to Intercom who a user is (its identity verification).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IntercomIdentity: Send + Sync {
    /// Hexadecimal HMAC-SHA-256 of the user's id under the Intercom secret; `None` where none is configured.
    fn intercom_hash(&self, user: UserId) -> Option<String>;
}
