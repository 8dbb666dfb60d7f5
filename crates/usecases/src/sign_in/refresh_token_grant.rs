use roster_domain::{
    AccessToken, Actor, Client, EventKind, Fault, Instant, PrincipalId, Scopes, Session, Stamp, Status,
    Subject, TokenId,
};
use roster_ports::{
    Abort, ChosenBy, Done, NewRefreshToken, RefreshTokenRecord, RefreshTokenState, Rotation, SealedSuccessor,
    WriteTx,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

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

/// How long after its use a token may be shown again by somebody who did not get the answer.
pub(crate) const REPEATABLE: Duration = Duration::from_mins(1);

/// What became of a presented refresh token. A replay must leave its trace, so it is no refusal to the store.
enum Outcome {
    Rotated(Granted),
    /// The answer to the same token was lost: it is given once more.
    Repeated(Granted, SealedSuccessor),
    Replayed,
}

/// What the new access token is about.
struct Granted {
    session: Session,
    scopes: Scopes,
    chosen_by: ChosenBy,
}

/// Exchanges a refresh token for its successor; whoever shows a used one ends the session (RFC 9700 §4.14.2).
///
/// But a lost answer signs nobody out: for a minute, and only while nobody used the successor, the same token yields the
/// same successor again.
pub(super) async fn refresh(
    ports: &Ports,
    context: &RequestContext,
    attempt: Attempt,
) -> Result<TokenAnswer, TokenError> {
    let now = ports.clock.now();
    let successor = ports.opaque_tokens.generate();
    let exchange = Exchange {
        rotation: Rotation {
            used: ports.opaque_tokens.hash(attempt.token.expose_secret()),
            at: now,
            sealed: ports.opaque_tokens.seal_successor(&attempt.token, &successor.secret),
            successor: NewRefreshToken {
                hash: successor.hash,
                expires_at: now + ports.policy.refresh_token_lifetime,
            },
        },
        access_token_expires_at: now + ports.policy.access_token_lifetime,
        client: attempt.client,
        asked: attempt.asked,
        last_ip: context.address.map(|address| address.to_string()),
        user_agent: attempt.user_agent,
        stamp: context.stamp(ports, Actor::System),
    };
    match ports.store.write(move |tx| exchange.run(tx)).await? {
        Outcome::Replayed => Err(TokenError::InvalidGrant),
        Outcome::Rotated(granted) => answer(ports, now, granted, successor.secret),
        Outcome::Repeated(granted, sealed) => {
            let successor = ports.opaque_tokens.open_successor(&attempt.token, &sealed);
            let successor = successor.ok_or_else(|| TokenError::Broken("a sealed successor".to_owned()))?;
            answer(ports, now, granted, successor)
        }
    }
}

struct Exchange {
    rotation: Rotation,
    access_token_expires_at: Instant,
    client: Client,
    asked: Result<Option<Scopes>, Fault>,
    last_ip: Option<String>,
    user_agent: Option<String>,
    stamp: Stamp,
}

impl Exchange {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<Outcome>, Abort<TokenError>> {
        let token = tx.sessions().refresh_token(&self.rotation.used)?.ok_or_else(invalid)?;
        let session = tx.sessions().session(token.session)?.ok_or_else(invalid)?;
        match &token.state {
            RefreshTokenState::Unused => self.rotate(tx, &token, session),
            RefreshTokenState::Used { at, successor: Some(sealed) } if self.may_repeat(*at, &session) => {
                let granted = self.granted(tx, session)?;
                Ok(Done::Unchanged(Outcome::Repeated(granted, sealed.clone())))
            }
            RefreshTokenState::Used { .. } => self.end(tx, session),
        }
    }

    fn may_repeat(&self, used_at: Instant, session: &Session) -> bool {
        self.stamp.time < used_at + REPEATABLE && session.client == self.client.id
    }

    fn rotate(
        &self,
        tx: &mut dyn WriteTx,
        token: &RefreshTokenRecord,
        session: Session,
    ) -> Result<Done<Outcome>, Abort<TokenError>> {
        if token.expires_at <= self.stamp.time {
            return Err(invalid());
        }
        let Granted { session, scopes, chosen_by } = self.granted(tx, session)?;
        let session = Session {
            last_used_at: self.stamp.time,
            last_ip: self.last_ip.clone(),
            user_agent: self.user_agent.clone(),
            expires_at: self.rotation.successor.expires_at.max(self.access_token_expires_at),
            ..session
        };
        tx.sessions_mut().rotate(&self.rotation, &session)?;
        Ok(Done::Bookkeeping(Outcome::Rotated(Granted { session, scopes, chosen_by })))
    }

    /// Ends the session: of the two who have its token, one stole it.
    fn end(&self, tx: &mut dyn WriteTx, session: Session) -> Result<Done<Outcome>, Abort<TokenError>> {
        tx.sessions_mut().end(session.id)?;
        let kind = EventKind::SessionEnded { session: session.id, client: session.client };
        Ok(Done::Changed(Outcome::Replayed, self.stamp.event(Subject::User(session.user), kind)))
    }

    /// What client and person may have now.
    fn granted(&self, tx: &mut dyn WriteTx, session: Session) -> Result<Granted, Abort<TokenError>> {
        let client = tx.clients().client(&session.client)?;
        let client = client.filter(|client| client.id == self.client.id && client.status == Status::Enabled);
        let client = client.ok_or_else(invalid)?;
        let enabled = tx.users().user(session.user)?.is_some_and(|user| user.status == Status::Enabled);
        let password = tx.credentials().password(session.user)?.filter(|_| enabled).ok_or_else(invalid)?;
        let scopes = self.scopes(session.scopes.and(client.scopes))?;
        Ok(Granted { session, scopes, chosen_by: password.chosen_by })
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

const fn invalid() -> Abort<TokenError> {
    Abort::Refused(TokenError::InvalidGrant)
}

fn answer(
    ports: &Ports,
    now: Instant,
    granted: Granted,
    successor: SecretString,
) -> Result<TokenAnswer, TokenError> {
    let Granted { session, scopes, chosen_by } = granted;
    let token = AccessToken {
        id: TokenId::new(ports.ids.uuid()),
        subject: PrincipalId::User(session.user),
        client: session.client,
        session: Some(session.id),
        scopes,
        issued_at: now,
        expires_at: now + ports.policy.access_token_lifetime,
    };
    Ok(TokenAnswer {
        access_token: ports.access_tokens.issue(&token)?,
        expires_in: ports.policy.access_token_lifetime.as_secs(),
        refresh_token: Some(successor),
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

    fn used(at_second: i64, successor: Option<&str>) -> RefreshTokenState {
        let successor = successor.map(|text| SealedSuccessor(text.as_bytes().to_vec()));
        RefreshTokenState::Used { at: at(at_second), successor }
    }

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
        world.tx.sessions_mut.expect_rotate().once().returning(|rotation, session| {
            assert_eq!((rotation.used, rotation.successor.hash), (token_hash("known"), token_hash("fresh")));
            assert_eq!(rotation.sealed, SealedSuccessor(b"known+fresh".to_vec()));
            assert_eq!((rotation.at, rotation.successor.expires_at), (at(NOW), at(NOW + 3_600)));
            assert_eq!((session.last_used_at, session.expires_at), (at(NOW), at(NOW + 3_600)));
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
    async fn for_a_minute_a_lost_answer_is_given_again() {
        let ada = user(1, &[Role::Tech]);
        for at_second in [NOW, NOW - 59, NOW + 1] {
            let world = world(&ada, used(at_second, Some("known+first")), NOW + 1);
            let (answer, events) = refresh(world, "known", None).await;
            assert_eq!(answer.unwrap().refresh_token.unwrap().expose_secret(), "first");
            assert!(events.is_empty());
        }
    }

    #[tokio::test]
    async fn a_repeated_answer_is_as_narrow_as_was_asked_and_for_the_enabled_alone() {
        let ada = user(1, &[Role::Tech]);
        let state = used(NOW, Some("known+first"));
        let (answer, _) = refresh(world(&ada, state.clone(), NOW + 1), "known", Some("profile:get")).await;
        assert_eq!(answer.unwrap().scope, Scopes::of([Scope::ProfileGet]));
        let (answer, _) = refresh(world(&disabled(&ada), state, NOW + 1), "known", None).await;
        assert!(matches!(answer, Err(TokenError::InvalidGrant)));
    }

    #[tokio::test]
    async fn any_other_replay_ends_the_session_and_leaves_its_trace() {
        let ada = user(1, &[Role::Tech]);
        for (state, expires_at, scope) in [
            (used(NOW - 60, Some("known+first")), NOW + 1, None),
            (used(NOW, None), NOW + 1, None),
            (used(NOW, None), NOW, None),
            (used(NOW, None), NOW + 1, Some("all")),
        ] {
            let mut world = world(&ada, state.clone(), expires_at);
            world.tx.sessions_mut.expect_end().once().returning(|_| Ok(()));
            let (answer, events) = refresh(world, "known", scope).await;
            assert!(matches!(answer, Err(TokenError::InvalidGrant)), "{state:?} {scope:?}");
            assert_eq!(events, ["session.ended"]);
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
