//! What the two published APIs and the Authorization API put on the wire, one module each. Nothing of it is known to the use cases.

pub(crate) mod account;
pub(crate) mod authzen;
pub(crate) mod directory;
mod shared;

pub(crate) use shared::{AccessWire, IdempotencyHeader, PhoneNumberWire, action_names, instant, picture_url};
