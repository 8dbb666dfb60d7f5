//! The token endpoint (RFC 6749 §3.2), and what is asked about tokens: revocation (RFC 7009), introspection (RFC 7662).

mod client;
mod error;
mod grant;
pub(crate) mod introspect;
mod json_parameters;
mod parameters;
pub(crate) mod revoke;
pub(crate) mod token;

pub(crate) use error::{OAuthError, OAuthErrorBody};
