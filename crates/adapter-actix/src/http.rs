use roster_usecases::Ports;
use roster_usecases::gateway::LivePolicies;
use std::sync::Arc;

use crate::request::TrustedProxies;
use crate::upload_room::UploadRoom;

/// What every handler has at hand.
pub(crate) struct Http {
    /// The world, for the use cases.
    pub(crate) ports: Ports,
    /// Issuer, audience and root of all links: never taken from a request.
    pub(crate) public_url: String,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// By what requests at gateways are decided.
    pub(crate) policies: Arc<LivePolicies>,
    /// Bounds the memory that uploads take.
    pub(crate) uploads: UploadRoom,
}

impl Http {
    /// The handlers' state.
    pub(crate) fn new(
        ports: Ports,
        public_url: String,
        trusted_proxies: TrustedProxies,
        policies: Arc<LivePolicies>,
    ) -> Self {
        Self { ports, public_url, trusted_proxies, policies, uploads: UploadRoom::new() }
    }
}
