use roster_domain::{
    AccessToken, Actor, Client, EventKind, Fault, PrincipalId, Scopes, Session, Stamp, Status, Subject,
    TokenId,
};
use roster_ports::{
    Abort, ChosenBy, Done, NewRefreshToken, OpaqueToken, RefreshTokenRecord, RefreshTokenState, Stored,
    TokenHash, WriteTx,
};
use secrecy::{ExposeSecret, SecretString};

use super::{TokenAnswer, TokenError};
use crate::{Ports, RequestContext};

/// A try to go on with a refresh token.
pub(super) struct Attempt {
    pub(super) client: Client,
    /// What was asked for; a fault is judged after the token, since a replay ends the session whatever else it says.
    pub(super) asked: Result<Option<Scopes>, Fault>,
    pub(super) token: SecretString,
    pub(super) user_agent: Option<String>,
}

/// What became of a presented refresh token. A replay must leave its trace, so it is no refusal to the store.
enum Outcome {
    Rotated { session: Session, scopes: Scopes, chosen_by: ChosenBy },
    Replayed,
}

/// Exchanges a refresh token for its successor; whoever shows a used one ends the session (RFC 9700 §4.14.2).
pub(super) async fn refresh(
    ports: &Ports,
    context: &RequestContext,
    attempt: Attempt,
) -> Result<TokenAnswer, TokenError> {
    let now = ports.clock.now();
    let successor = ports.opaque_tokens.generate();
    let exchange = Exchange {
        presented: ports.opaque_tokens.hashes(attempt.token.expose_secret()),
        successor: NewRefreshToken {
            hash: successor.hash,
            expires_at: now + ports.policy.refresh_token_lifetime,
        },
        client: attempt.client,
        asked: attempt.asked,
        last_ip: context.address.map(|address| address.to_string()),
        user_agent: attempt.user_agent,
        stamp: context.stamp(ports, Actor::System),
    };
    match ports.store.write(move |tx| exchange.run(tx)).await? {
        Outcome::Replayed => Err(TokenError::InvalidGrant),
        Outcome::Rotated { session, scopes, chosen_by } => {
            answer(ports, &session, scopes, chosen_by, successor)
        }
    }
}

struct Exchange {
    presented: Vec<TokenHash>,
    successor: NewRefreshToken,
    client: Client,
    asked: Result<Option<Scopes>, Fault>,
    last_ip: Option<String>,
    user_agent: Option<String>,
    stamp: Stamp,
}

impl Exchange {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<Outcome>, Abort<TokenError>> {
        let invalid = || Abort::Refused(TokenError::InvalidGrant);
        let (hash, token) = self.find(tx)?.ok_or_else(invalid)?;
        let session = tx.sessions().session(token.session)?.ok_or_else(invalid)?;
        if token.state == RefreshTokenState::Used {
            tx.sessions_mut().end(session.id)?;
            let kind = EventKind::SessionEnded { session: session.id, client: session.client };
            return Ok(Done::Changed(Outcome::Replayed, self.stamp.event(Subject::User(session.user), kind)));
        }
        let client = tx.clients().client(&session.client)?;
        let client = client.filter(|client| client.id == self.client.id && client.status == Status::Enabled);
        let client = client.filter(|_| token.expires_at > self.stamp.time).ok_or_else(invalid)?;
        let enabled = tx.users().user(session.user)?.is_some_and(|user| user.status == Status::Enabled);
        let password = tx.credentials().password(session.user)?.filter(|_| enabled).ok_or_else(invalid)?;
        let scopes = self.scopes(session.scopes.and(client.scopes))?;
        let session = Session {
            last_used_at: self.stamp.time,
            last_ip: self.last_ip.clone(),
            user_agent: self.user_agent.clone(),
            ..session
        };
        tx.sessions_mut().rotate(&hash, &self.successor, &session)?;
        Ok(Done::Bookkeeping(Outcome::Rotated { session, scopes, chosen_by: password.chosen_by }))
    }

    /// The presented token as it is kept, under whichever master secret.
    fn find(&self, tx: &mut dyn WriteTx) -> Stored<Option<(TokenHash, RefreshTokenRecord)>> {
        for hash in &self.presented {
            if let Some(record) = tx.sessions().refresh_token(hash)? {
                return Ok(Some((*hash, record)));
            }
        }
        Ok(None)
    }

    /// What this access token alone may be used for: never more than was granted, nor than the client has today.
    fn scopes(&self, granted: Scopes) -> Result<Scopes, Abort<TokenError>> {
        match self.asked {
            Ok(None) => Ok(granted),
            Ok(Some(asked)) if granted.include(asked) => Ok(asked),
            _ => Err(Abort::Refused(TokenError::InvalidScope)),
        }
    }
}

fn answer(
    ports: &Ports,
    session: &Session,
    scopes: Scopes,
    chosen_by: ChosenBy,
    successor: OpaqueToken,
) -> Result<TokenAnswer, TokenError> {
    let now = ports.clock.now();
    let token = AccessToken {
        id: TokenId::new(ports.ids.uuid()),
        subject: PrincipalId::User(session.user),
        client: session.client.clone(),
        session: Some(session.id),
        scopes,
        issued_at: now,
        expires_at: now + ports.policy.access_token_lifetime,
    };
    Ok(TokenAnswer {
        access_token: ports.access_tokens.issue(&token)?,
        expires_in: ports.policy.access_token_lifetime.as_secs(),
        refresh_token: Some(successor.secret),
        scope: scopes,
        password_chosen_by: Some(chosen_by),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, client, context, disabled, password, session_of, token_hash, user};
    use crate::sign_in::{ClientAuthentication, GrantRequest, TokenRequest, issue_token};
    use roster_domain::{ClientKind, GrantType, Role, Scope, User};

    fn world(ada: &User, state: RefreshTokenState, expires_at: i64) -> World {
        let app = client(ClientKind::Public, &[GrantType::RefreshToken], Scopes::ALL);
        let mut world = World::new().with_client(app).with_users(&[ada]).with_plain_tokens();
        world.tx.credentials.expect_password().returning(|_| Ok(Some(password("right"))));
        let record = RefreshTokenRecord { session: session_of(ada).id, expires_at: at(expires_at), state };
        world
            .tx
            .sessions
            .expect_refresh_token()
            .returning(move |hash| Ok(Some(record.clone()).filter(|_| *hash == token_hash("known"))));
        world
    }

    fn rotating(mut world: World) -> World {
        world.tx.sessions_mut.expect_rotate().once().returning(|used, successor, session| {
            assert_eq!((*used, successor.hash), (token_hash("known"), token_hash("fresh")));
            assert_eq!((successor.expires_at, session.last_used_at), (at(NOW + 3_600), at(NOW)));
            Ok(())
        });
        world
    }

    async fn refresh(
        world: World,
        token: &str,
        scope: Option<&str>,
    ) -> (Result<TokenAnswer, TokenError>, Vec<&'static str>) {
        let request = TokenRequest {
            client: ClientAuthentication { id: "app".to_owned(), secret: None },
            grant: GrantRequest::RefreshToken(SecretString::from(token)),
            scope: scope.map(str::to_owned),
            user_agent: None,
        };
        let (ports, store) = world.ports();
        let answer = issue_token(&ports, &context(), request).await;
        (answer, store.events().iter().map(|event| event.kind.name()).collect())
    }

    #[tokio::test]
    async fn an_unused_token_is_exchanged_for_its_successor() {
        let ada = user(1, &[Role::Tech]);
        let (answer, events) =
            refresh(rotating(world(&ada, RefreshTokenState::Unused, NOW + 1)), "known", None).await;
        assert_eq!(answer.unwrap().refresh_token.unwrap().expose_secret(), "fresh");
        assert!(events.is_empty());
    }

    #[tokio::test]
    async fn a_replay_ends_the_session_and_leaves_its_trace() {
        let ada = user(1, &[Role::Tech]);
        let mut world = world(&ada, RefreshTokenState::Used, NOW + 1);
        world.tx.sessions_mut.expect_end().once().returning(|_| Ok(()));
        let (answer, events) = refresh(world, "known", None).await;
        assert!(matches!(answer, Err(TokenError::InvalidGrant)));
        assert_eq!(events, ["session.ended"]);
    }

    #[tokio::test]
    async fn a_replay_ends_the_session_whatever_else_it_says() {
        let ada = user(1, &[Role::Tech]);
        for (expires_at, scope) in [(NOW, None), (NOW + 1, Some("all"))] {
            let mut world = world(&ada, RefreshTokenState::Used, expires_at);
            world.tx.sessions_mut.expect_end().once().returning(|_| Ok(()));
            let (answer, _) = refresh(world, "known", scope).await;
            assert!(matches!(answer, Err(TokenError::InvalidGrant)), "{scope:?}");
        }
    }

    #[tokio::test]
    async fn unknown_expired_and_disabled_are_refused() {
        let ada = user(1, &[Role::Tech]);
        for (ada, expires_at, token) in [
            (ada.clone(), NOW + 1, "unknown"),
            (ada.clone(), NOW, "known"),
            (disabled(&ada), NOW + 1, "known"),
        ] {
            let (answer, _) = refresh(world(&ada, RefreshTokenState::Unused, expires_at), token, None).await;
            assert!(matches!(answer, Err(TokenError::InvalidGrant)), "{token}");
        }
    }

    #[tokio::test]
    async fn a_scope_narrows_one_access_token_and_never_widens() {
        let ada = user(1, &[Role::Tech]);
        let narrowing = rotating(world(&ada, RefreshTokenState::Unused, NOW + 1));
        let (answer, _) = refresh(narrowing, "known", Some("profile:get")).await;
        assert_eq!(answer.unwrap().scope, Scopes::of([Scope::ProfileGet]));
        let (answer, _) =
            refresh(world(&ada, RefreshTokenState::Unused, NOW + 1), "known", Some("all")).await;
        assert!(matches!(answer, Err(TokenError::InvalidScope)));
    }
}
