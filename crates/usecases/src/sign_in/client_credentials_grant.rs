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

#[cfg(test)]
mod tests {
    use crate::fixture::{World, client, context, token_hash};
    use crate::sign_in::{
        ClientAuthentication, GrantRequest, TokenAnswer, TokenError, TokenRequest, issue_token,
    };
    use roster_domain::{Client, ClientKind, GrantType, Scope, Scopes};
    use secrecy::SecretString;

    async fn ask(app: Client, secret: Option<&str>) -> Result<TokenAnswer, TokenError> {
        let mut world = World::new().with_plain_tokens();
        world.tx.clients.expect_client().returning(move |_| Ok(Some(app.clone())));
        world.tx.clients.expect_secret().returning(|_| Ok(Some(token_hash("secret"))));
        let request = TokenRequest {
            client: ClientAuthentication { id: "app".to_owned(), secret: secret.map(SecretString::from) },
            grant: GrantRequest::ClientCredentials,
            scope: None,
            user_agent: None,
        };
        issue_token(&world.ports().0, &context(), request).await
    }

    #[tokio::test]
    async fn a_client_gets_a_token_of_its_own_without_a_refresh_token() {
        let scopes = Scopes::of([Scope::UsersGet]);
        let app = client(ClientKind::Confidential, &[GrantType::ClientCredentials], scopes);
        let answer = ask(app, Some("secret")).await.unwrap();
        assert_eq!((answer.scope, answer.refresh_token.is_none()), (scopes, true));
        assert_eq!(answer.password_chosen_by, None);
    }

    #[tokio::test]
    async fn a_confidential_client_must_prove_itself() {
        for secret in [None, Some("wrong"), Some("")] {
            let app = client(ClientKind::Confidential, &[GrantType::ClientCredentials], Scopes::ALL);
            assert!(matches!(ask(app, secret).await, Err(TokenError::InvalidClient)), "{secret:?}");
        }
    }

    #[tokio::test]
    async fn a_public_client_has_no_credentials_and_sends_no_secret() {
        let app = client(ClientKind::Public, &[GrantType::ClientCredentials], Scopes::ALL);
        assert!(matches!(ask(app.clone(), None).await, Err(TokenError::UnauthorizedClient)));
        assert!(matches!(ask(app, Some("secret")).await, Err(TokenError::InvalidClient)));
    }
}
