//! For gateways in front of other services: who calls, and whether a request may pass. One file a door.

pub(crate) mod authorize;
mod door;
pub(crate) mod envoy;
pub(crate) mod forward;
mod identity;
pub(crate) mod nginx;
