//! A world of mocks: whatever a test does not expect panics when called.

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use roster_domain::gateway::Policies;
use roster_domain::{
    AccessToken, ClientId, Email, LoginLimits, NewUser, PrincipalId, Role, Roles, Scopes, Session, SessionId,
    TokenId, User, UserId,
};
use roster_ports::mocks::{
    MockAccessTokens, MockClock, MockDomainNames, MockIds, MockIntercomIdentity, MockNumberingPlans,
    MockOpaqueTokens, MockPasswordHasher, MockPause, MockPictureKeeper, MockPictureStudio, MockSeals,
    MockSigningKeys, MockStore, MockTx,
};
use roster_ports::{InvalidToken, Place, Pseudonym, Store};
use roster_usecases::gateway::LivePolicies;
use roster_usecases::{Policy, Ports};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

use crate::app::app;
use crate::http::Http;
use crate::layers::{Cors, Serving};
use crate::request::TrustedProxies;

pub(super) const PUBLIC_URL: &str = "https://roster.example.org";
/// The id that the world gives to requests without one.
pub(super) const NEW_ID: &str = "00000000-0000-0000-0000-0000000000aa";

pub(super) struct World {
    pub(super) tx: MockTx,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) access_tokens: MockAccessTokens,
    pub(super) opaque_tokens: MockOpaqueTokens,
    pub(super) passwords: MockPasswordHasher,
    pub(super) signing_keys: MockSigningKeys,
    pub(super) picture_keeper: MockPictureKeeper,
    pub(super) cors_origins: Vec<String>,
    pub(super) request_timeout: Duration,
    pub(super) policies: Policies,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            tx: MockTx::default(),
            store: None,
            access_tokens: MockAccessTokens::new(),
            opaque_tokens: MockOpaqueTokens::new(),
            passwords: hasher_with_room(),
            signing_keys: MockSigningKeys::new(),
            picture_keeper: MockPictureKeeper::new(),
            cors_origins: Vec::new(),
            request_timeout: Duration::from_mins(1),
            policies: Policies::default(),
        }
    }

    /// With a person whose token is `good`; every other token is refused.
    pub(super) fn with_user(mut self, user: &User) -> Self {
        let (found, session) = (user.clone(), session_of(user));
        self.tx.users.expect_user().returning(move |id| Ok(Some(found.clone()).filter(|user| user.id == id)));
        self.tx.sessions.expect_session().returning(move |_| Ok(Some(session.clone())));
        self.with_token(token(PrincipalId::User(user.id), Some(SessionId::new(user.id.uuid()))))
    }

    /// With this token as `good`; every other is refused.
    pub(super) fn with_token(mut self, token: AccessToken) -> Self {
        self.access_tokens.expect_verify().returning(move |text, _| match text {
            "good" => Ok(token.clone()),
            _ => Err(InvalidToken { reason: "unknown" }),
        });
        self
    }

    pub(super) fn ports(self) -> Ports {
        Ports {
            store: self.store.unwrap_or_else(|| Arc::new(MockStore::over(self.tx))),
            clock: Arc::new(clock()),
            pause: Arc::new(pause()),
            ids: Arc::new(ids()),
            passwords: Arc::new(self.passwords),
            access_tokens: Arc::new(self.access_tokens),
            opaque_tokens: Arc::new(self.opaque_tokens),
            signing_keys: Arc::new(self.signing_keys),
            seals: Arc::new(seals()),
            intercom: Arc::new(MockIntercomIdentity::new()),
            picture_studio: Arc::new(MockPictureStudio::new()),
            picture_keeper: Arc::new(self.picture_keeper),
            numbering_plans: Arc::new(MockNumberingPlans::new()),
            domain_names: Arc::new(domain_names()),
            policy: Policy {
                access_token_lifetime: Duration::from_mins(5),
                refresh_token_lifetime: Duration::from_hours(1),
                shortest_password: 15,
                login_limits: LoginLimits {
                    per_account: 10,
                    per_address: 30,
                    window: Duration::from_mins(5),
                    slowdown_after: 100,
                },
            },
        }
    }

    /// Answers one request.
    pub(super) async fn answer(self, request: TestRequest) -> Answer {
        self.answer_each([request]).await.remove(0)
    }

    /// Answers requests one after the other.
    pub(super) fn answer_each<const N: usize>(
        self,
        requests: [TestRequest; N],
    ) -> LocalBoxFuture<'static, Vec<Answer>> {
        let serving = Serving::new(Cors::new(self.cors_origins.clone()), self.request_timeout);
        let policies = Arc::new(LivePolicies::new(self.policies.clone()));
        let http = Http::new(self.ports(), PUBLIC_URL.to_owned(), TrustedProxies::default(), policies);
        let requests = Vec::from(requests);
        Box::pin(async move {
            let service = init_service(app(Data::new(http), Data::new(serving))).await;
            let mut answers = Vec::new();
            for request in requests {
                let response = service.call(request.to_request()).await.unwrap();
                let (status, headers) = (response.status(), response.headers().clone());
                let body = to_bytes(response.into_body()).await.unwrap().to_vec();
                answers.push(Answer { status, headers, body });
            }
            answers
        })
    }
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header that must be there at most once; empty where it is not.
    pub(super) fn header(&self, name: &str) -> &str {
        assert!(self.headers.get_all(name).count() <= 1, "{name} is repeated");
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The status with the code of the problem or of the error of RFC 6749.
    pub(super) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let code = body.get("code").or(body.get("error")).and_then(Value::as_str).unwrap();
        (self.status.as_u16(), code.to_owned())
    }
}

pub(super) fn request(method: &str, path: &str) -> TestRequest {
    TestRequest::default().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path)
}

pub(super) fn get(path: &str) -> TestRequest {
    request("GET", path)
}

pub(super) fn with_token(request: TestRequest) -> TestRequest {
    request.insert_header(("Authorization", "Bearer good"))
}

pub(super) fn at_zero() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

pub(super) fn user(email: &str, roles: &[Role]) -> User {
    let new = NewUser {
        email: Email::parse(email, |domain| Some(domain.replace('ü', "u"))).unwrap(),
        fallback_email: None,
        first_name: "Ada".parse().unwrap(),
        last_name: "Byron".parse().unwrap(),
        description: None,
        job_title: None,
        locale: None,
        roles: Roles::of(roles.iter().copied()).unwrap(),
        group_id: None,
        active_workspace: None,
    };
    new.into_user(UserId::new(Uuid::from_u128(7)), at_zero())
}

/// A token with every scope.
pub(super) fn token(subject: PrincipalId, session: Option<SessionId>) -> AccessToken {
    AccessToken {
        id: TokenId::new(Uuid::from_u128(1)),
        subject,
        client: client_id("app"),
        session,
        scopes: Scopes::ALL,
        issued_at: at_zero(),
        expires_at: at_zero(),
    }
}

pub(super) fn client_id(text: &str) -> ClientId {
    text.parse().unwrap()
}

pub(super) fn session_of(user: &User) -> Session {
    Session {
        id: SessionId::new(user.id.uuid()),
        user: user.id,
        client: client_id("app"),
        scopes: Scopes::ALL,
        created_at: at_zero(),
        last_used_at: at_zero(),
        last_ip: None,
        user_agent: None,
        expires_at: at_zero(),
    }
}

fn clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().returning(at_zero);
    clock
}

fn seals() -> MockSeals {
    let mut seals = MockSeals::new();
    seals.expect_pseudonym().returning(|_, _| Pseudonym([0; 16]));
    seals
}

fn pause() -> MockPause {
    let mut pause = MockPause::new();
    pause.expect_pause().returning(|_| ());
    pause
}

fn ids() -> MockIds {
    let mut ids = MockIds::new();
    ids.expect_uuid().returning(|| Uuid::from_u128(0xaa));
    ids
}

fn domain_names() -> MockDomainNames {
    let mut names = MockDomainNames::new();
    names.expect_a_labels().returning(|domain| Some(domain.to_ascii_lowercase()));
    names
}

fn hasher_with_room() -> MockPasswordHasher {
    let mut passwords = MockPasswordHasher::new();
    passwords.expect_place().returning(|| Some(Place::held_by(())));
    passwords
}
