use roster_domain::{
    AccessToken, Client, ClientKind, Instant, PrincipalId, Scopes, SessionId, Status, TokenId,
};
use roster_ports::{ReadTx, RefreshTokenState, Stored, TokenHash};
use secrecy::{ExposeSecret, SecretString};

use super::authenticate::{AuthenticationError, whoever_is_behind};
use super::client_authentication::authenticate_client;
use super::{ClientAuthentication, TokenError};
use crate::Ports;

/// What is said of a token that is good now (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActiveToken {
    /// An access token, whichever client it was issued to.
    Access {
        /// Whom it speaks for.
        subject: PrincipalId,
        /// The client to which it was issued.
        client: roster_domain::ClientId,
        /// The sign-in to which it belongs.
        session: Option<SessionId>,
        /// What it may be used for now.
        scopes: Scopes,
        /// Its id.
        id: TokenId,
        /// When it was issued.
        issued_at: Instant,
        /// From when on it is refused.
        expires_at: Instant,
    },
    /// A refresh token of the client that asks.
    Refresh {
        /// Whom it speaks for.
        subject: PrincipalId,
        /// The client to which it was issued.
        client: roster_domain::ClientId,
        /// The sign-in to which it belongs.
        session: SessionId,
        /// What its access tokens may be used for.
        scopes: Scopes,
        /// From when on it is refused.
        expires_at: Instant,
    },
}

/// Looks at a token on behalf of a confidential client (RFC 7662). `None` for whatever is not good now, whatever the
/// reason; another client's refresh token is among that.
pub async fn introspect_token(
    ports: &Ports,
    client: &ClientAuthentication,
    token: &SecretString,
) -> Result<Option<ActiveToken>, TokenError> {
    let client = authenticate_client(ports, client).await?;
    if client.kind == ClientKind::Public {
        return Err(TokenError::InvalidClient);
    }
    let now = ports.clock.now();
    if let Ok(token) = ports.access_tokens.verify(token.expose_secret(), now) {
        return access(ports, token).await;
    }
    let hash = ports.opaque_tokens.hash(token.expose_secret());
    Ok(ports.store.read(move |tx| refresh(tx, &client, &hash, now)).await?)
}

async fn access(ports: &Ports, token: AccessToken) -> Result<Option<ActiveToken>, TokenError> {
    let behind = match whoever_is_behind(ports, token.clone()).await {
        Ok(behind) => behind,
        Err(AuthenticationError::InvalidToken(_)) => return Ok(None),
        Err(AuthenticationError::Store(error)) => return Err(error.into()),
    };
    Ok(Some(ActiveToken::Access {
        subject: token.subject,
        client: token.client,
        session: token.session,
        scopes: behind.caller.scopes,
        id: token.id,
        issued_at: token.issued_at,
        expires_at: token.expires_at,
    }))
}

fn refresh(
    tx: &mut dyn ReadTx,
    client: &Client,
    hash: &TokenHash,
    now: Instant,
) -> Stored<Option<ActiveToken>> {
    let token = tx.sessions().refresh_token(hash)?;
    let token = token.filter(|token| token.state == RefreshTokenState::Unused && token.expires_at > now);
    let Some(token) = token else { return Ok(None) };
    let session = tx.sessions().session(token.session)?.filter(|session| session.client == client.id);
    let Some(session) = session else { return Ok(None) };
    let user = tx.users().user(session.user)?.filter(|user| user.status == Status::Enabled);
    Ok(user.map(|user| ActiveToken::Refresh {
        subject: PrincipalId::User(user.id),
        client: session.client,
        session: session.id,
        scopes: session.scopes.and(client.scopes),
        expires_at: token.expires_at,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, client, disabled, session_of, token_hash, user};
    use roster_domain::{Role, User};
    use roster_ports::{InvalidToken, RefreshTokenRecord};
    use uuid::Uuid;

    fn world(ada: &User, kind: ClientKind, state: &RefreshTokenState, expires_at: i64) -> World {
        let app = client(kind, &[], Scopes::ALL);
        let mut world = World::new();
        world.tx.clients.expect_client().returning(move |_| Ok(Some(app.clone())));
        world.tx.clients.expect_secret().returning(|_| Ok(Some(token_hash("secret"))));
        let mut world = world.with_users(&[ada]).with_plain_tokens();
        let record = RefreshTokenRecord {
            session: session_of(ada).id,
            expires_at: at(expires_at),
            state: state.clone(),
        };
        world
            .tx
            .sessions
            .expect_refresh_token()
            .returning(move |hash| Ok(Some(record.clone()).filter(|_| *hash == token_hash("refresh"))));
        let token = AccessToken {
            id: TokenId::new(Uuid::nil()),
            subject: PrincipalId::User(ada.id),
            client: "another".parse().unwrap(),
            session: Some(session_of(ada).id),
            scopes: Scopes::ALL,
            issued_at: at(NOW),
            expires_at: at(NOW + 300),
        };
        world.access_tokens.expect_verify().returning(move |text, _| {
            if text == "access" { Ok(token.clone()) } else { Err(InvalidToken { reason: "junk" }) }
        });
        world
    }

    async fn introspect(world: World, token: &str) -> Result<Option<ActiveToken>, TokenError> {
        let app = ClientAuthentication { id: "app".to_owned(), secret: Some(SecretString::from("secret")) };
        introspect_token(&world.ports().0, &app, &SecretString::from(token)).await
    }

    #[tokio::test]
    async fn good_tokens_are_told_about() {
        let ada = user(1, &[Role::Tech]);
        for token in ["access", "refresh"] {
            let world = world(&ada, ClientKind::Confidential, &RefreshTokenState::Unused, NOW + 1);
            let told = introspect(world, token).await.unwrap().unwrap();
            let (ActiveToken::Access { subject, .. } | ActiveToken::Refresh { subject, .. }) = told;
            assert_eq!(subject, PrincipalId::User(ada.id));
        }
    }

    #[tokio::test]
    async fn whatever_is_not_good_now_is_inactive() {
        let ada = user(1, &[Role::Tech]);
        let unused = RefreshTokenState::Unused;
        let used = RefreshTokenState::Used { at: at(NOW), successor: None };
        for (ada, token, state, expires_at) in [
            (ada.clone(), "junk", &unused, NOW + 1),
            (ada.clone(), "refresh", &unused, NOW),
            (ada.clone(), "refresh", &used, NOW + 1),
            (disabled(&ada), "refresh", &unused, NOW + 1),
            (disabled(&ada), "access", &unused, NOW + 1),
        ] {
            let world = world(&ada, ClientKind::Confidential, state, expires_at);
            assert_eq!(introspect(world, token).await.unwrap(), None, "{token} {state:?}");
        }
    }

    #[tokio::test]
    async fn a_public_client_asks_in_vain() {
        let ada = user(1, &[Role::Tech]);
        let world = world(&ada, ClientKind::Public, &RefreshTokenState::Unused, NOW + 1);
        let app = ClientAuthentication { id: "app".to_owned(), secret: None };
        let answer = introspect_token(&world.ports().0, &app, &SecretString::from("access")).await;
        assert!(matches!(answer, Err(TokenError::InvalidClient)));
    }
}
