//! Tokens, and who is behind them.

mod authenticate;
mod client_credentials_grant;
mod issue_token;
mod password_grant;
mod password_proof;
mod publish_keys;
mod refresh_token_grant;

pub use authenticate::{Authenticated, AuthenticationError, authenticate};
pub use issue_token::{
    ClientAuthentication, GrantRequest, TokenAnswer, TokenError, TokenRequest, issue_token,
};
pub use password_proof::{PasswordProof, prove_password};
pub use publish_keys::publish_keys;

pub(crate) use authenticate::{caller_now, user_now};
