use roster_domain::{GrantType, Scopes};
use roster_ports::{Abort, ChosenBy, KeyError, StoreError};
use secrecy::SecretString;
use std::time::Duration;
use thiserror::Error;

use super::client_authentication::authenticate_client;
use super::{ClientAuthentication, TryError, client_credentials_grant, password_grant, refresh_token_grant};
use crate::{Ports, RequestContext};

/// A request to the token endpoint (RFC 6749 §3.2).
#[derive(Debug)]
pub struct TokenRequest {
    /// Which client asks, and how it proves that.
    pub client: ClientAuthentication,
    /// On what ground.
    pub grant: GrantRequest,
    /// The scope asked for, as sent; `None` where none was.
    pub scope: Option<String>,
    /// The `User-Agent` of the request.
    pub user_agent: Option<String>,
}

/// On what ground a token is asked for.
#[derive(Debug)]
pub enum GrantRequest {
    /// A person's own password (RFC 6749 §4.3).
    Password {
        /// The e-mail address, as sent.
        username: String,
        /// The password.
        password: SecretString,
    },
    /// A refresh token (RFC 6749 §6).
    RefreshToken(SecretString),
    /// The client's own credentials (RFC 6749 §4.4).
    ClientCredentials,
}

impl GrantRequest {
    const fn grant_type(&self) -> GrantType {
        match self {
            Self::Password { .. } => GrantType::Password,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::ClientCredentials => GrantType::ClientCredentials,
        }
    }
}

/// Tokens, as issued.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: SecretString,
    /// Its lifetime in seconds.
    pub expires_in: u64,
    /// The refresh token, where the client may use one.
    pub refresh_token: Option<SecretString>,
    /// What the access token may be used for.
    pub scope: Scopes,
    /// Who chose the password, where it is a person's token.
    pub password_chosen_by: Option<ChosenBy>,
}

/// Why no token was issued (RFC 6749 §5.2), or what was asked about one was not done (RFC 7009 §2.2.1).
#[derive(Debug, Error)]
pub enum TokenError {
    /// The client is unknown, disabled, or did not prove itself.
    #[error("invalid_client")]
    InvalidClient,
    /// The password, or the refresh token, is not good.
    #[error("invalid_grant")]
    InvalidGrant,
    /// The client is not registered for this grant.
    #[error("unauthorized_client")]
    UnauthorizedClient,
    /// The scope is unknown, or more than the client is registered for or was granted.
    #[error("invalid_scope")]
    InvalidScope,
    /// Tokens of this kind cannot be revoked.
    #[error("unsupported_token_type")]
    UnsupportedTokenType,
    /// Too many passwords were wrong: try again after so long.
    #[error("too many tries")]
    TooManyTries {
        /// How long nothing is tried.
        retry_after: Duration,
    },
    /// Something that is needed is unavailable for now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something broke.
    #[error("failed: {0}")]
    Broken(String),
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<Abort<Self>> for TokenError {
    fn from(abort: Abort<Self>) -> Self {
        match abort {
            Abort::Refused(error) => error,
            Abort::Store(error) => error.into(),
        }
    }
}

impl From<TryError> for TokenError {
    fn from(error: TryError) -> Self {
        match error {
            TryError::TooMany { retry_after } => Self::TooManyTries { retry_after },
            TryError::Busy => Self::Unavailable(error.to_string()),
            TryError::Store(error) => error.into(),
        }
    }
}

impl From<KeyError> for TokenError {
    fn from(error: KeyError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Issues tokens: authenticates the client, then judges the grant.
pub async fn issue_token(
    ports: &Ports,
    context: &RequestContext,
    request: TokenRequest,
) -> Result<TokenAnswer, TokenError> {
    let client = authenticate_client(ports, &request.client).await?;
    if !client.grants.contains(request.grant.grant_type()) {
        return Err(TokenError::UnauthorizedClient);
    }
    let asked = request.scope.as_deref().map(str::parse::<Scopes>).transpose();
    let user_agent = request.user_agent;
    match request.grant {
        GrantRequest::Password { username, password } => {
            let asked = asked.map_err(|_| TokenError::InvalidScope)?;
            let attempt = password_grant::Attempt { client, asked, username, password, user_agent };
            password_grant::sign_in(ports, context, attempt).await
        }
        GrantRequest::RefreshToken(token) => {
            let attempt = refresh_token_grant::Attempt { client, asked, token, user_agent };
            refresh_token_grant::refresh(ports, context, attempt).await
        }
        GrantRequest::ClientCredentials => {
            let asked = asked.map_err(|_| TokenError::InvalidScope)?;
            client_credentials_grant::issue(ports, &client, asked)
        }
    }
}
