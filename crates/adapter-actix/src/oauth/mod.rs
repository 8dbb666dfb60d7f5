//! The token endpoint (RFC 6749 §3.2).

mod client;
mod error;
mod grant;
mod json_parameters;
mod parameters;
pub(crate) mod token;

pub(crate) use error::{OAuthError, OAuthErrorBody};
