//! Tokens, and who is behind them.

mod authenticate;
mod client_authentication;
mod client_credentials_grant;
mod introspect_token;
mod issue_token;
mod password_grant;
mod password_proof;
mod password_try;
mod publish_keys;
mod refresh_token_grant;
mod revoke_token;
mod try_counter;
mod try_error;

pub use authenticate::{Authenticated, AuthenticationError, authenticate};
pub use client_authentication::ClientAuthentication;
pub use introspect_token::{ActiveToken, introspect_token};
pub use issue_token::{GrantRequest, TokenAnswer, TokenError, TokenRequest, issue_token};
pub use password_proof::{PasswordProof, prove_password};
pub use publish_keys::publish_keys;
pub use revoke_token::revoke_token;

pub(crate) use authenticate::{caller_now, user_now};
pub(crate) use refresh_token_grant::REPEATABLE;
pub(crate) use try_error::TryError;
