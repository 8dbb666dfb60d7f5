use roster_domain::UserId;

/// Makes opaque texts that only this service can make, such as cursors.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Seals: Send + Sync {
    /// A URL-safe text that carries the payload and is good for this purpose alone. The payload is not secret, but cannot
    /// be altered; the purpose is not in it.
    fn seal(&self, purpose: &str, payload: &[u8]) -> String;

    /// The payload; `None` for whatever [`Seals::seal`] did not make for this purpose.
    fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>>;
}

/// Proves to Intercom who a user is (its identity verification).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IntercomIdentity: Send + Sync {
    /// Hexadecimal HMAC-SHA-256 of the user's id under the Intercom secret; `None` where none is configured.
    fn intercom_hash(&self, user: UserId) -> Option<String>;
}
