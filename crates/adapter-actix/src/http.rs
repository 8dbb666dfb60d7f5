use roster_usecases::Ports;
use tokio::sync::Semaphore;

use crate::request::TrustedProxies;

/// How many uploads are held in memory at once; the others wait their turn.
const UPLOADS_AT_ONCE: usize = 6;

/// What every handler has at hand.
pub(crate) struct Http {
    /// The world, for the use cases.
    pub(crate) ports: Ports,
    /// Issuer, audience and root of all links: never taken from a request.
    pub(crate) public_url: String,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// Bounds the memory that uploads take.
    pub(crate) uploads: Semaphore,
}

impl Http {
    /// The handlers' state.
    pub(crate) fn new(ports: Ports, public_url: String, trusted_proxies: TrustedProxies) -> Self {
        Self { ports, public_url, trusted_proxies, uploads: Semaphore::new(UPLOADS_AT_ONCE) }
    }
}
