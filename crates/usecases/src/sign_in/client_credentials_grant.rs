use roster_domain::{AccessToken, Client, ClientKind, PrincipalId, Scopes, TokenId};

use super::{TokenAnswer, TokenError};
use crate::Ports;

/// Issues a client's own token (RFC 6749 §4.4): it has no session and no refresh token.
pub(super) fn issue(
    ports: &Ports,
    client: &Client,
    asked: Option<Scopes>,
) -> Result<TokenAnswer, TokenError> {
    if client.kind == ClientKind::Public {
        return Err(TokenError::UnauthorizedClient);
    }
    let scopes = client.grantable(asked).map_err(|_| TokenError::InvalidScope)?;
    let now = ports.clock.now();
    let token = AccessToken {
        id: TokenId::new(ports.ids.uuid()),
        subject: PrincipalId::Client(client.id.clone()),
        client: client.id.clone(),
        session: None,
        scopes,
        issued_at: now,
        expires_at: now + ports.policy.access_token_lifetime,
    };
    Ok(TokenAnswer {
        access_token: ports.access_tokens.issue(&token)?,
        expires_in: ports.policy.access_token_lifetime.as_secs(),
        refresh_token: None,
        scope: scopes,
        password_chosen_by: None,
    })
}
