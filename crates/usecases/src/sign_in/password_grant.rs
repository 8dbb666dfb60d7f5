use roster_domain::{
    AccessToken, Actor, Client, EventKind, GrantType, PrincipalId, Scopes, Session, SessionId, Status,
    Subject, TokenId, UserId,
};
use roster_ports::{Abort, ChosenBy, Done, NewRefreshToken, WriteTx};
use secrecy::SecretString;

use super::password_try::{Account, RightPassword, Settled, try_password};
use super::{TokenAnswer, TokenError};
use crate::{Ports, RequestContext};

/// A try to sign in with a password.
pub(super) struct Attempt {
    pub(super) client: Client,
    pub(super) asked: Option<Scopes>,
    pub(super) username: String,
    pub(super) password: SecretString,
    pub(super) user_agent: Option<String>,
}

/// Signs a person in. Unknown address, wrong password and disabled user are one answer, after the same work and time.
pub(super) async fn sign_in(
    ports: &Ports,
    context: &RequestContext,
    attempt: Attempt,
) -> Result<TokenAnswer, TokenError> {
    let scopes = attempt.client.grantable(attempt.asked).map_err(|_| TokenError::InvalidScope)?;
    let account = Account::typed(ports, &attempt.username);
    let right = try_password(ports, context, account, attempt.password.clone()).await?;
    let right = right.ok_or(TokenError::InvalidGrant)?;
    let start = Start::new(ports, context, &attempt.client, right.user, scopes, attempt.user_agent)?;
    let by_now = match start.commit(ports, context, right.clone()).await? {
        Settled::Kept(chosen_by) => return Ok(start.answer(ports, chosen_by)),
        Settled::AnotherHash(by_now) => by_now,
        Settled::Gone => return Err(TokenError::InvalidGrant),
    };
    // The same password may have been hashed anew meanwhile, by another sign-in.
    let right = right.against(ports, by_now, attempt.password).await?.ok_or(TokenError::InvalidGrant)?;
    match start.commit(ports, context, right).await? {
        Settled::Kept(chosen_by) => Ok(start.answer(ports, chosen_by)),
        Settled::AnotherHash(_) | Settled::Gone => Err(TokenError::InvalidGrant),
    }
}

/// A session about to start, with its tokens made before the transaction.
struct Start {
    session: Session,
    access_token: SecretString,
    refresh_token: Option<(SecretString, NewRefreshToken)>,
}

impl Start {
    fn new(
        ports: &Ports,
        context: &RequestContext,
        client: &Client,
        user: UserId,
        scopes: Scopes,
        user_agent: Option<String>,
    ) -> Result<Self, TokenError> {
        let now = ports.clock.now();
        let token_expires_at = now + ports.policy.access_token_lifetime;
        let refresh_token = client.grants.contains(GrantType::RefreshToken).then(|| {
            let made = ports.opaque_tokens.generate();
            let expires_at = now + ports.policy.refresh_token_lifetime;
            (made.secret, NewRefreshToken { hash: made.hash, expires_at })
        });
        let refreshable_until = refresh_token.as_ref().map(|(_, kept)| kept.expires_at);
        let session = Session {
            id: SessionId::new(ports.ids.uuid()),
            user,
            client: client.id.clone(),
            scopes,
            created_at: now,
            last_used_at: now,
            last_ip: context.address.map(|address| address.to_string()),
            user_agent,
            expires_at: refreshable_until.unwrap_or(token_expires_at).max(token_expires_at),
        };
        let token = AccessToken {
            id: TokenId::new(ports.ids.uuid()),
            subject: PrincipalId::User(user),
            client: client.id.clone(),
            session: Some(session.id),
            scopes,
            issued_at: now,
            expires_at: token_expires_at,
        };
        Ok(Self { session, access_token: ports.access_tokens.issue(&token)?, refresh_token })
    }

    async fn commit(
        &self,
        ports: &Ports,
        context: &RequestContext,
        right: RightPassword,
    ) -> Result<Settled, TokenError> {
        let stamp = context.stamp(ports, Actor::Principal(PrincipalId::User(self.session.user)));
        let kind =
            EventKind::SessionStarted { session: self.session.id, client: self.session.client.clone() };
        let events = stamp.event(Subject::User(self.session.user), kind);
        let kept = self.refresh_token.as_ref().map(|(_, kept)| kept.clone());
        let session = self.session.clone();
        let starting = ports.store.write::<_, TokenError>(move |tx| {
            refuse_the_disabled(tx, &session)?;
            let settled = right.settle(tx)?;
            if !matches!(settled, Settled::Kept(_)) {
                return Ok(Done::Unchanged(settled));
            }
            tx.sessions_mut().start(&session, kept.as_ref())?;
            tx.users_mut().record_sign_in(session.user, session.created_at, session.last_ip.as_deref())?;
            Ok(Done::Changed(settled, events.clone()))
        });
        Ok(starting.await?)
    }

    fn answer(self, ports: &Ports, chosen_by: ChosenBy) -> TokenAnswer {
        TokenAnswer {
            access_token: self.access_token,
            expires_in: ports.policy.access_token_lifetime.as_secs(),
            refresh_token: self.refresh_token.map(|(secret, _)| secret),
            scope: self.session.scopes,
            password_chosen_by: Some(chosen_by),
        }
    }
}

/// Hashing took its time: the user or the client may be disabled or gone by now.
fn refuse_the_disabled(tx: &mut dyn WriteTx, session: &Session) -> Result<(), Abort<TokenError>> {
    let client = tx.clients().client(&session.client)?;
    if client.is_none_or(|client| client.status == Status::Disabled) {
        return Err(Abort::Refused(TokenError::InvalidClient));
    }
    let user = tx.users().user(session.user)?;
    if user.is_none_or(|user| user.status == Status::Disabled) {
        return Err(Abort::Refused(TokenError::InvalidGrant));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::fixture::{World, client, context, disabled, password, user};
    use crate::sign_in::{
        ClientAuthentication, GrantRequest, TokenAnswer, TokenError, TokenRequest, issue_token,
    };
    use roster_domain::{Client, ClientKind, GrantType, Role, Scope, Scopes, User};
    use roster_ports::{ChosenBy, PasswordHash, Verdict};
    use secrecy::{ExposeSecret, SecretString};

    const SCOPES: [Scope; 2] = [Scope::UsersGet, Scope::ProfileGet];

    fn app() -> Client {
        client(ClientKind::Public, &[GrantType::Password, GrantType::RefreshToken], Scopes::of(SCOPES))
    }

    fn world(app: Client, ada: &User) -> World {
        let world = World::new().with_client(app).with_users(&[ada]).with_endless_tries();
        let mut world = world.with_plain_passwords().with_plain_tokens();
        world.tx.credentials.expect_password().returning(|_| Ok(Some(password("right"))));
        world
    }

    fn starting(mut world: World) -> World {
        world.tx.sessions_mut.expect_start().once().returning(|_, _| Ok(()));
        world.tx.users_mut.expect_record_sign_in().once().returning(|_, _, ip| {
            assert_eq!(ip, Some("192.0.2.1"));
            Ok(())
        });
        world
    }

    fn request(client: &str, username: &str, password: &str, scope: Option<&str>) -> TokenRequest {
        TokenRequest {
            client: ClientAuthentication { id: client.to_owned(), secret: None },
            grant: GrantRequest::Password {
                username: username.to_owned(),
                password: SecretString::from(password),
            },
            scope: scope.map(str::to_owned),
            user_agent: Some("curl".to_owned()),
        }
    }

    async fn sign_in(world: World, request: TokenRequest) -> (Result<TokenAnswer, TokenError>, usize) {
        let (ports, store) = world.ports();
        let answer = issue_token(&ports, &context(), request).await;
        (answer, store.events().len())
    }

    #[tokio::test]
    async fn the_right_password_starts_a_session_with_its_event() {
        let ada = user(1, &[Role::Tech]);
        let right = request("app", "USER1@example.org", "right", None);
        let (answer, events) = sign_in(starting(world(app(), &ada)), right).await;
        let answer = answer.unwrap();
        assert_eq!((answer.scope, answer.expires_in, events), (Scopes::of(SCOPES), 300, 1));
        assert_eq!(answer.refresh_token.unwrap().expose_secret(), "fresh");
        assert_eq!(answer.password_chosen_by, Some(ChosenBy::Owner));
    }

    #[tokio::test]
    async fn unknown_wrong_and_disabled_are_one_answer() {
        let ada = user(1, &[Role::Tech]);
        for (ada, username, tried) in [
            (ada.clone(), "nobody@example.org", "right"),
            (ada.clone(), "not an address", "right"),
            (ada.clone(), "user1@example.org", "wrong"),
            (disabled(&ada), "user1@example.org", "right"),
        ] {
            let (answer, events) = sign_in(world(app(), &ada), request("app", username, tried, None)).await;
            assert!(matches!(answer, Err(TokenError::InvalidGrant)), "{username} {tried}");
            assert_eq!(events, 0);
        }
    }

    #[tokio::test]
    async fn a_client_without_the_grant_is_unauthorized() {
        let ada = user(1, &[Role::Tech]);
        let other = client(ClientKind::Public, &[GrantType::RefreshToken], Scopes::ALL);
        let (answer, _) =
            sign_in(world(other, &ada), request("app", "user1@example.org", "right", None)).await;
        assert!(matches!(answer, Err(TokenError::UnauthorizedClient)));
    }

    #[tokio::test]
    async fn unknown_and_disabled_clients_are_invalid() {
        let ada = user(1, &[Role::Tech]);
        let off = Client { status: roster_domain::Status::Disabled, ..app() };
        for (app, id) in [(app(), "nobody"), (app(), "no client id"), (off, "app")] {
            let (answer, _) =
                sign_in(world(app, &ada), request(id, "user1@example.org", "right", None)).await;
            assert!(matches!(answer, Err(TokenError::InvalidClient)), "{id}");
        }
    }

    #[tokio::test]
    async fn scopes_are_what_was_asked_within_what_the_client_has() {
        let ada = user(1, &[Role::Tech]);
        let narrow = request("app", "user1@example.org", "right", Some("profile:get"));
        let (answer, _) = sign_in(starting(world(app(), &ada)), narrow).await;
        assert_eq!(answer.unwrap().scope, Scopes::of([Scope::ProfileGet]));
        for scope in ["users:delete", "users:get users:delete", "all", "*", "users:ge"] {
            let asked = request("app", "user1@example.org", "right", Some(scope));
            let (answer, _) = sign_in(world(app(), &ada), asked).await;
            assert!(matches!(answer, Err(TokenError::InvalidScope)), "{scope}");
        }
    }

    /// The first read finds `before`, the later ones `after`; `after` is the hash of "right" too, or of another password.
    fn changing(before: &'static str, after: &'static str) -> World {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_client(app()).with_users(&[&ada]).with_endless_tries();
        let mut reads = 0;
        world.tx.credentials.expect_password().returning(move |_| {
            reads += 1;
            Ok(Some(password(if reads == 1 { before } else { after })))
        });
        world.with_plain_tokens()
    }

    #[tokio::test]
    async fn a_password_changed_while_it_was_hashed_is_refused() {
        let world = changing("right", "another by now").with_plain_passwords();
        let (answer, _) = sign_in(world, request("app", "user1@example.org", "right", None)).await;
        assert!(matches!(answer, Err(TokenError::InvalidGrant)));
    }

    #[tokio::test]
    async fn the_same_password_hashed_anew_meanwhile_is_verified_once_more() {
        let mut world = starting(changing("right, of old", "right, anew"));
        world.passwords.expect_verify().times(2).returning(|_, _, against, _| {
            let is_of_old = against.is_some_and(|hash| hash.0 == "right, of old");
            Ok(if is_of_old { Verdict::RightButOutdated } else { Verdict::Right })
        });
        world.passwords.expect_hash().once().returning(|_| Ok(PasswordHash("right, also anew".to_owned())));
        let (answer, events) = sign_in(world, request("app", "user1@example.org", "right", None)).await;
        assert_eq!((answer.unwrap().scope, events), (Scopes::of(SCOPES), 1));
    }
}
