use roster_domain::permission::{Caller, Principal};
use roster_domain::{AccessToken, PrincipalId, Status, User, UserId};
use roster_ports::{Abort, ReadTx, StoreError, Stored};
use std::sync::Arc;
use thiserror::Error;

use crate::{Ports, Refused};

/// Somebody whose token is valid now.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who calls and with which scopes.
    pub caller: Caller,
    /// The person, where it is one, as the store knows them now.
    pub user: Option<Arc<User>>,
}

/// Why nobody is authenticated.
#[derive(Debug, Error)]
pub enum AuthenticationError {
    /// The token is not valid, or no longer. Why is for the log.
    #[error("the token is not valid: {0}")]
    InvalidToken(&'static str),
    /// The store cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds out who is behind an access token: it must be one of ours, and its user, client and session must live now.
pub async fn authenticate(ports: &Ports, bearer: &str) -> Result<Authenticated, AuthenticationError> {
    let token = ports
        .access_tokens
        .verify(bearer, ports.clock.now())
        .map_err(|invalid| AuthenticationError::InvalidToken(invalid.reason))?;
    whoever_is_behind(ports, token).await
}

/// Finds out who is behind a token that is one of ours.
pub(super) async fn whoever_is_behind(
    ports: &Ports,
    token: AccessToken,
) -> Result<Authenticated, AuthenticationError> {
    match token.subject {
        PrincipalId::User(user) => authenticate_user(ports, token, user).await,
        PrincipalId::Client(_) => authenticate_client(ports, token).await,
    }
}

async fn authenticate_user(
    ports: &Ports,
    token: AccessToken,
    id: UserId,
) -> Result<Authenticated, AuthenticationError> {
    let session =
        token.session.ok_or(AuthenticationError::InvalidToken("a person's token without a session"))?;
    let user = ports.store.caller(id, session).await?;
    let user = user.ok_or(AuthenticationError::InvalidToken("the session or its user or client is gone"))?;
    if user.status == Status::Disabled {
        return Err(AuthenticationError::InvalidToken("the user is disabled"));
    }
    let principal = Principal::User { id, roles: user.roles };
    let caller = Caller { principal, scopes: token.scopes, client: token.client, session: Some(session) };
    Ok(Authenticated { caller, user: Some(user) })
}

async fn authenticate_client(
    ports: &Ports,
    token: AccessToken,
) -> Result<Authenticated, AuthenticationError> {
    let client = ports.store.client(&token.client).await?;
    let client = client.ok_or(AuthenticationError::InvalidToken("the client is gone"))?;
    if client.status == Status::Disabled {
        return Err(AuthenticationError::InvalidToken("the client is disabled"));
    }
    let principal = Principal::Client { id: client.id.clone(), trust: client.trust };
    let scopes = token.scopes.and(client.scopes);
    let caller = Caller { principal, scopes, client: token.client, session: None };
    Ok(Authenticated { caller, user: None })
}

/// The caller as this transaction sees them: permits are made from it, not from what held when the request came in.
pub(crate) fn caller_now(tx: &mut dyn ReadTx, caller: &Caller) -> Result<Caller, Abort<Refused>> {
    let gone = || Abort::Refused(Refused::NoLongerSignedIn);
    let client = tx.clients().client(&caller.client)?.filter(|client| client.status == Status::Enabled);
    let client = client.ok_or_else(gone)?;
    let (principal, scopes) = match &caller.principal {
        Principal::User { id, .. } => (principal_of_user(tx, caller, *id)?.ok_or_else(gone)?, caller.scopes),
        Principal::Client { .. } => {
            (Principal::Client { id: client.id, trust: client.trust }, caller.scopes.and(client.scopes))
        }
    };
    Ok(Caller { principal, scopes, ..caller.clone() })
}

fn principal_of_user(tx: &mut dyn ReadTx, caller: &Caller, id: UserId) -> Stored<Option<Principal>> {
    let Some(session) = caller.session else { return Ok(None) };
    let session = tx.sessions().session(session)?;
    if session.is_none_or(|session| session.user != id || session.client != caller.client) {
        return Ok(None);
    }
    let user = tx.users().user(id)?.filter(|user| user.status == Status::Enabled);
    Ok(user.map(|user| Principal::User { id, roles: user.roles }))
}

/// The person behind the caller as this transaction sees them, with the caller's rights now.
pub(crate) fn user_now(tx: &mut dyn ReadTx, caller: &Caller) -> Result<(Caller, User), Abort<Refused>> {
    let caller = caller_now(tx, caller)?;
    let id = caller.principal.user().ok_or(Abort::Refused(Refused::NoLongerSignedIn))?;
    let user = tx.users().user(id)?.ok_or(Abort::Refused(Refused::NoLongerSignedIn))?;
    Ok((caller, user))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at, client, disabled, session_of, user};
    use roster_domain::{ClientKind, Role, Roles, Scope, Scopes, SessionId, TokenId};
    use roster_ports::InvalidToken;
    use uuid::Uuid;

    fn token(subject: PrincipalId, session: Option<SessionId>) -> AccessToken {
        AccessToken {
            id: TokenId::new(Uuid::nil()),
            subject,
            client: "app".parse().unwrap(),
            session,
            scopes: Scopes::of([Scope::ProfileGet, Scope::UsersGet]),
            issued_at: at(0),
            expires_at: at(300),
        }
    }

    async fn authenticated(
        mut world: World,
        token: AccessToken,
    ) -> Result<Authenticated, AuthenticationError> {
        world.access_tokens.expect_verify().returning(move |_, _| Ok(token.clone()));
        authenticate(&world.ports().0, "bearer").await
    }

    #[tokio::test]
    async fn roles_are_those_of_now() {
        let ada = user(1, &[Role::Finance]);
        let token = token(PrincipalId::User(ada.id), Some(session_of(&ada).id));
        let caller = authenticated(World::new().with_users(&[&ada]), token).await.unwrap().caller;
        let Principal::User { roles, .. } = caller.principal else { panic!() };
        assert_eq!(roles, Roles::from(Role::Finance));
    }

    #[tokio::test]
    async fn a_token_of_nobody_or_of_the_disabled_is_refused() {
        let ada = user(1, &[Role::Tech]);
        let session = session_of(&ada).id;
        let others = session_of(&user(2, &[Role::Tech])).id;
        for (world, session) in [
            (World::new().with_users(&[]), Some(session)),
            (World::new().with_users(&[&ada]), Some(others)),
            (World::new().with_users(&[&disabled(&ada)]), Some(session)),
            (World::new().with_users(&[&ada]), None),
        ] {
            let answer = authenticated(world, token(PrincipalId::User(ada.id), session)).await;
            assert!(matches!(answer, Err(AuthenticationError::InvalidToken(_))));
        }
    }

    #[tokio::test]
    async fn a_client_has_no_more_than_it_is_registered_for_now() {
        let mut world = World::new();
        let app = client(ClientKind::Confidential, &[], Scopes::of([Scope::UsersGet]));
        world.tx.clients.expect_client().returning(move |_| Ok(Some(app.clone())));
        let token = token(PrincipalId::Client("app".parse().unwrap()), None);
        let caller = authenticated(world, token.clone()).await.unwrap().caller;
        assert_eq!(caller.scopes, Scopes::of([Scope::UsersGet]));

        let mut world = World::new();
        world.tx.clients.expect_client().returning(|_| Ok(None));
        assert!(matches!(authenticated(world, token).await, Err(AuthenticationError::InvalidToken(_))));
    }

    #[tokio::test]
    async fn what_is_no_token_is_refused() {
        let mut world = World::new();
        world.access_tokens.expect_verify().returning(|_, _| Err(InvalidToken { reason: "expired" }));
        let answer = authenticate(&world.ports().0, "junk").await;
        assert!(matches!(answer, Err(AuthenticationError::InvalidToken("expired"))));
    }
}
