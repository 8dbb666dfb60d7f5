//! A world of mocks for the tests of the use cases: whatever a test does not expect must not be called.

use chrono::TimeZone;
use roster_domain::permission::{Caller, Principal};
use roster_domain::{
    Client, ClientKind, Email, GrantType, GrantTypes, Instant, KeyTerm, LoginLimits, NewUser, Password,
    PersonalWords, Role, Roles, Scopes, Session, SessionId, SigningAlgorithm, Status, Trust, User, UserId,
};
use roster_ports::mocks::{
    MockAccessTokens, MockClock, MockDomainNames, MockIds, MockIntercomIdentity, MockNumberingPlans,
    MockOpaqueTokens, MockPasswordHasher, MockPause, MockPictureKeeper, MockPictureStudio, MockSeals,
    MockSigningKeys, MockStore, MockTx,
};
use roster_ports::{
    ChosenBy, Fingerprint, OpaqueToken, PasswordHash, PasswordRecord, PictureLock, Place, Pseudonym,
    SealedKey, SealedSuccessor, TokenHash, Turn, Verdict,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

use crate::sign_in::Authenticated;
use crate::{ExpectedVersion, Policy, Ports, RequestContext};

/// The world's time, in seconds since 1970.
pub(crate) const NOW: i64 = 1_000_000;

pub(crate) fn at(second: i64) -> Instant {
    chrono::Utc.timestamp_opt(second, 0).unwrap()
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text, |domain| Some(domain.to_ascii_lowercase())).unwrap()
}

/// A lock on nothing.
pub(crate) struct Held;
impl PictureLock for Held {}

/// The mocks of a world beside its store.
pub(crate) struct World {
    pub(crate) tx: MockTx,
    pub(crate) passwords: MockPasswordHasher,
    pub(crate) access_tokens: MockAccessTokens,
    pub(crate) opaque_tokens: MockOpaqueTokens,
    pub(crate) signing_keys: MockSigningKeys,
    pub(crate) picture_studio: MockPictureStudio,
    pub(crate) picture_keeper: MockPictureKeeper,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            tx: MockTx::default(),
            passwords: hasher_with_room(),
            access_tokens: MockAccessTokens::new(),
            opaque_tokens: MockOpaqueTokens::new(),
            signing_keys: MockSigningKeys::new(),
            picture_studio: MockPictureStudio::new(),
            picture_keeper: MockPictureKeeper::new(),
        }
    }

    /// With people in the store, all of them signed in: each session's id is its user's.
    pub(crate) fn with_users(mut self, users: &[&User]) -> Self {
        let people: Vec<User> = users.iter().map(|user| (*user).clone()).collect();
        let find = move |id| people.iter().find(|user| user.id == id).cloned();
        let (found, known) = (find.clone(), find.clone());
        let addressed: Vec<User> = users.iter().map(|user| (*user).clone()).collect();
        self.tx
            .users
            .expect_by_email()
            .returning(move |key| Ok(addressed.iter().find(|user| user.email.key() == key).cloned()));
        self.tx.users.expect_user().returning(move |id| Ok(found(id)));
        self.tx.users.expect_entry().returning(move |id| {
            let sign_ins = roster_domain::SignIns::default();
            Ok(find(id).map(|user| roster_domain::DirectoryEntry { user, sign_ins }))
        });
        self.tx.clients.expect_client().returning(|_| Ok(Some(client(ClientKind::Public, &[], Scopes::ALL))));
        self.tx.sessions.expect_session().returning(move |id| {
            let user = known(UserId::new(id.uuid()));
            Ok(user.map(|user| session_of(&user)))
        });
        self
    }

    /// Passwords hash to themselves, and are right when they equal the hash.
    pub(crate) fn with_plain_passwords(mut self) -> Self {
        self.passwords
            .expect_hash()
            .returning(|password| Ok(PasswordHash(password.expose_secret().to_owned())));
        self.passwords.expect_turn().returning(|| Ok(Turn::held_by(())));
        self.passwords
            .expect_hash_in_turn()
            .returning(|_, password| Ok(PasswordHash(password.expose_secret().to_owned())));
        self.passwords.expect_verify().returning(|_, password, hash, _| {
            let right = hash.is_some_and(|hash| hash.0 == password.expose_secret());
            Ok(if right { Verdict::Right } else { Verdict::Wrong })
        });
        self
    }

    /// Tries to prove a password are counted and forgotten.
    pub(crate) fn with_endless_tries(mut self) -> Self {
        self.tx.attempts.expect_latest().returning(|_, _, _, _| Ok(Vec::new()));
        self.tx.attempts_mut.expect_count().returning(|_| Ok(()));
        self.tx.attempts_mut.expect_take_back().returning(|_| Ok(()));
        self.tx.credentials.expect_highest_cost().returning(|| Ok(Some(12)));
        self
    }

    /// This client, under whichever id it is asked for: expect it before the people, who come with one of their own.
    pub(crate) fn with_client(mut self, client: Client) -> Self {
        self.tx
            .clients
            .expect_client()
            .returning(move |id| Ok(Some(client.clone()).filter(|client| client.id == *id)));
        self.tx.clients.expect_secret().returning(|_| Ok(None));
        self
    }

    /// Opaque tokens hash to their first bytes; fresh ones are `fresh`; successors are sealed behind their predecessor.
    pub(crate) fn with_plain_tokens(mut self) -> Self {
        self.opaque_tokens.expect_hash().returning(token_hash);
        self.opaque_tokens.expect_seal_successor().returning(|predecessor, successor| {
            let text = format!("{}+{}", predecessor.expose_secret(), successor.expose_secret());
            SealedSuccessor(text.into_bytes())
        });
        self.opaque_tokens.expect_open_successor().returning(|predecessor, sealed| {
            let text = String::from_utf8(sealed.0.clone()).ok()?;
            text.strip_prefix(predecessor.expose_secret())?.strip_prefix('+').map(SecretString::from)
        });
        self.opaque_tokens.expect_matches().returning(|presented, kept| token_hash(presented) == *kept);
        self.opaque_tokens
            .expect_generate()
            .returning(|| OpaqueToken { secret: SecretString::from("fresh"), hash: token_hash("fresh") });
        self.access_tokens.expect_issue().returning(|_| Ok(SecretString::from("signed")));
        self
    }

    /// Pictures to which nobody refers, of which so many are erased.
    pub(crate) fn with_erasable_pictures(mut self, erased: usize) -> Self {
        self.picture_keeper.expect_lock().returning(|_| Ok(Box::new(Held)));
        self.tx.pictures.expect_is_referenced().returning(|_| Ok(false));
        self.picture_keeper.expect_erase().times(erased).returning(|_| Ok(()));
        self.tx.pictures_mut.expect_spare().returning(|_| Ok(()));
        self
    }

    pub(crate) fn ports(self) -> (Ports, Arc<MockStore>) {
        let store = Arc::new(MockStore::over(self.tx));
        let ports = Ports {
            store: store.clone(),
            clock: Arc::new(clock()),
            pause: Arc::new(pause()),
            ids: Arc::new(ids()),
            passwords: Arc::new(self.passwords),
            access_tokens: Arc::new(self.access_tokens),
            opaque_tokens: Arc::new(self.opaque_tokens),
            signing_keys: Arc::new(self.signing_keys),
            seals: Arc::new(seals()),
            intercom: Arc::new(intercom()),
            picture_studio: Arc::new(self.picture_studio),
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
        };
        (ports, store)
    }
}

pub(crate) fn token_hash(text: &str) -> TokenHash {
    let mut hash = [0; 32];
    hash.iter_mut().zip(text.bytes()).for_each(|(kept, byte)| *kept = byte);
    TokenHash(hash)
}

fn clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| at(NOW));
    clock
}

fn pause() -> MockPause {
    let mut pause = MockPause::new();
    pause.expect_pause().returning(|_| ());
    pause
}

fn ids() -> MockIds {
    let made = AtomicU32::new(1_000);
    let mut ids = MockIds::new();
    ids.expect_uuid()
        .returning(move || Uuid::from_u128(u128::from(made.fetch_add(1, Ordering::Relaxed)) << 64));
    ids
}

/// Seals that only carry the purpose in front.
fn seals() -> MockSeals {
    let mut seals = MockSeals::new();
    seals.expect_seal().returning(|purpose, payload| {
        payload.iter().fold(format!("{purpose}."), |sealed, byte| format!("{sealed}{byte:02x}"))
    });
    seals.expect_open().returning(|purpose, sealed| {
        let hex = sealed.strip_prefix(purpose)?.strip_prefix('.')?;
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
    });
    seals.expect_pseudonym().returning(|purpose, payload| {
        let mut name = [0_u8; 16];
        let bytes = purpose.bytes().chain(payload.iter().copied());
        bytes.enumerate().for_each(|(place, byte)| {
            if let Some(kept) = name.get_mut(place % 16) {
                *kept = kept.wrapping_mul(31).wrapping_add(byte);
            }
        });
        Pseudonym(name)
    });
    seals
}

/// A signing key that signs from this second on, and whose tokens live for five minutes.
pub(crate) fn sealed_key(id: &str, signs_from: i64) -> SealedKey {
    SealedKey {
        id: id.parse().unwrap(),
        algorithm: SigningAlgorithm::Es256,
        sealed: vec![1],
        sealed_under: Fingerprint([0; 32]).id(),
        created_at: at(0),
        term: KeyTerm { longest_token: Duration::from_mins(5), ..KeyTerm::from(at(signs_from)) },
    }
}

fn intercom() -> MockIntercomIdentity {
    let mut intercom = MockIntercomIdentity::new();
    intercom.expect_intercom_hash().returning(|_| None);
    intercom
}

fn domain_names() -> MockDomainNames {
    let mut names = MockDomainNames::new();
    names.expect_a_labels().returning(|domain| Some(domain.to_ascii_lowercase()));
    names
}

pub(crate) fn user(n: u128, roles: &[Role]) -> User {
    let new = NewUser {
        email: email(&format!("user{n}@example.org")),
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
    new.into_user(UserId::new(Uuid::from_u128(n)), at(0))
}

pub(crate) fn disabled(user: &User) -> User {
    User { status: Status::Disabled, ..user.clone() }
}

pub(crate) fn session_of(user: &User) -> Session {
    Session {
        id: SessionId::new(user.id.uuid()),
        user: user.id,
        client: "app".parse().unwrap(),
        scopes: Scopes::ALL,
        created_at: at(0),
        last_used_at: at(0),
        last_ip: None,
        user_agent: None,
        expires_at: at(NOW + 3_600),
    }
}

/// This user as a caller with all scopes.
pub(crate) fn caller(user: &User) -> Caller {
    Caller {
        principal: Principal::User { id: user.id, roles: user.roles },
        scopes: Scopes::ALL,
        client: "app".parse().unwrap(),
        session: Some(SessionId::new(user.id.uuid())),
    }
}

pub(crate) fn authenticated(user: &User) -> Authenticated {
    Authenticated { caller: caller(user), user: Some(Arc::new(user.clone())) }
}

/// A client with a token of its own and all scopes.
pub(crate) fn client_caller(trust: Trust) -> Caller {
    Caller {
        principal: Principal::Client { id: "robot".parse().unwrap(), trust },
        scopes: Scopes::ALL,
        client: "robot".parse().unwrap(),
        session: None,
    }
}

pub(crate) fn client(kind: ClientKind, grants: &[GrantType], scopes: Scopes) -> Client {
    Client {
        id: "app".parse().unwrap(),
        kind,
        trust: Trust::Untrusted,
        grants: GrantTypes::of(grants.iter().copied()),
        scopes,
        status: Status::Enabled,
        created_at: at(0),
    }
}

pub(crate) fn context() -> RequestContext {
    RequestContext {
        request_id: "r-1".parse().unwrap(),
        address: Some("192.0.2.1".parse().unwrap()),
        expected_version: ExpectedVersion::Any,
        once: None,
    }
}

pub(crate) fn context_for_version(version: u64) -> RequestContext {
    RequestContext { expected_version: ExpectedVersion::OneOf(vec![version]), ..context() }
}

/// A password that its owner may choose.
pub(crate) fn chosen(text: &str) -> Password {
    let (email, name) = (email("nobody@example.org"), "Nobody".parse().unwrap());
    Password::choose(text, 15, PersonalWords { email: &email, first_name: &name, last_name: &name }).unwrap()
}

pub(crate) fn password(text: &str) -> PasswordRecord {
    PasswordRecord { hash: PasswordHash(text.to_owned()), chosen_by: ChosenBy::Owner }
}

fn hasher_with_room() -> MockPasswordHasher {
    let mut passwords = MockPasswordHasher::new();
    passwords.expect_place().returning(|| Some(Place::held_by(())));
    passwords
}
