//! People, sign-ins and clients to test with.

use roster_domain::permission::operator;
use roster_domain::{
    ActionName, Actions, Client, ClientId, ClientKind, Email, EmailVerification, Expiry, FacilityId, Grant,
    GrantType, GrantTypes, Instant, PrincipalId, Role, Roles, Scopes, Session, SessionId, Status, Trust,
    User, UserId,
};
use roster_ports::{
    ChosenBy, NewRefreshToken, PasswordHash, PasswordRecord, RefreshTokenRecord, Rotation, SealedSuccessor,
    TokenHash,
};
use uuid::Uuid;

use super::world::World;

/// So many milliseconds after an arbitrary start.
pub(crate) fn at(ms: i64) -> Instant {
    Instant::from_timestamp_millis(1_700_000_000_000 + ms).unwrap()
}

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn user_id(n: u128) -> UserId {
    UserId::new(uuid(n))
}

pub(crate) fn facility_id(n: u128) -> FacilityId {
    FacilityId::new(uuid(n))
}

pub(crate) fn session_id(n: u128) -> SessionId {
    SessionId::new(uuid(n))
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text, |domain| Some(domain.to_ascii_lowercase())).unwrap()
}

/// A person of this number and these names, without anything optional.
pub(crate) fn person(n: u128, first: &str, last: &str) -> User {
    User {
        id: user_id(n),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
        email: email(&format!("Person{n}@Example.org")),
        fallback_email: None,
        email_verification: EmailVerification::Unverified,
        first_name: first.parse().unwrap(),
        last_name: last.parse().unwrap(),
        description: None,
        job_title: None,
        locale: None,
        roles: Roles::of([Role::Tech]).unwrap(),
        status: Status::Enabled,
        group_id: None,
        active_workspace: None,
        picture: None,
        phone_number: None,
    }
}

pub(crate) fn anybody(n: u128) -> User {
    person(n, "Ada", "Lovelace")
}

pub(crate) fn client(id: &str) -> Client {
    Client {
        id: id.parse().unwrap(),
        kind: ClientKind::Public,
        trust: Trust::Untrusted,
        grants: GrantTypes::of([GrantType::Password, GrantType::RefreshToken]),
        scopes: Scopes::ALL,
        status: Status::Enabled,
        created_at: at(0),
    }
}

pub(crate) const APP: &str = "app";

/// A sign-in of this number, for far longer than any test looks.
pub(crate) fn session(n: u128, user: UserId) -> Session {
    Session {
        id: session_id(n),
        user,
        client: APP.parse().unwrap(),
        scopes: Scopes::ALL,
        created_at: at(10),
        last_used_at: at(10),
        last_ip: Some("192.0.2.7".to_owned()),
        user_agent: None,
        expires_at: at(1_000_000),
    }
}

/// A sign-in of this number that is over so many milliseconds after the start.
pub(crate) fn session_until(ms: i64, n: u128, user: UserId) -> Session {
    Session { expires_at: at(ms), ..session(n, user) }
}

pub(crate) fn token(n: u8, expires_at: Instant) -> NewRefreshToken {
    NewRefreshToken { hash: TokenHash([n; 32]), expires_at }
}

/// The exchange of one token for the next at an instant; what is sealed tells the number of the successor.
pub(crate) fn rotation(used: u8, at: Instant, successor: NewRefreshToken) -> Rotation {
    let sealed = sealed(&successor);
    Rotation { used: TokenHash([used; 32]), at, successor, sealed }
}

pub(crate) fn sealed(successor: &NewRefreshToken) -> SealedSuccessor {
    SealedSuccessor(successor.hash.0.iter().take(9).copied().collect())
}

pub(crate) fn password(hash: &str) -> PasswordRecord {
    PasswordRecord { hash: PasswordHash(hash.to_owned()), chosen_by: ChosenBy::Owner }
}

pub(crate) fn action(name: &str) -> ActionName {
    name.parse().unwrap()
}

pub(crate) fn grant(actions: &[&str], expiry: Expiry) -> Grant {
    Grant {
        actions: Actions::of(actions.iter().map(|name| action(name))).unwrap(),
        expiry,
        granted_by: PrincipalId::User(user_id(900)),
        granted_at: at(5),
    }
}

impl World {
    pub(crate) fn insert(&self, user: &User) {
        let user = user.clone();
        self.run(move |tx| tx.users_mut().insert(&operator(), &user));
    }

    pub(crate) fn update(&self, user: &User) {
        let user = user.clone();
        self.run(move |tx| tx.users_mut().update(&operator(), &user));
    }

    pub(crate) fn delete(&self, id: UserId) {
        self.run(move |tx| tx.users_mut().delete(&operator(), id));
    }

    pub(crate) fn insert_client(&self, client: &Client) {
        let client = client.clone();
        self.run(move |tx| tx.clients_mut().insert(&client, None));
    }

    /// Starts a sign-in through a client that is there.
    pub(crate) fn start(&self, session: &Session, token: Option<NewRefreshToken>) {
        let session = session.clone();
        self.run(move |tx| tx.sessions_mut().start(&session, token.as_ref()));
    }

    /// A person who is signed in through a client.
    pub(crate) fn signed_in(&self, n: u128) -> (User, Session) {
        let (user, session) = (anybody(n), session(n, user_id(n)));
        self.insert(&user);
        if self.client(&session.client).is_none() {
            self.insert_client(&client(APP));
        }
        self.start(&session, None);
        (user, session)
    }

    pub(crate) fn client(&self, id: &ClientId) -> Option<Client> {
        let id = id.clone();
        self.read(move |tx| tx.clients().client(&id))
    }

    pub(crate) fn user(&self, id: UserId) -> Option<User> {
        self.read(move |tx| tx.users().user(id))
    }

    pub(crate) fn session(&self, id: SessionId) -> Option<Session> {
        self.read(move |tx| tx.sessions().session(id))
    }

    pub(crate) fn refresh_token(&self, n: u8) -> Option<RefreshTokenRecord> {
        self.read(move |tx| tx.sessions().refresh_token(&TokenHash([n; 32])))
    }

    pub(crate) fn sweep_sessions(&self, now: i64, limit: u32) -> u32 {
        self.run(move |tx| tx.sessions_mut().sweep(at(now), limit))
    }

    pub(crate) fn set_password(&self, user: UserId, password: &PasswordRecord) {
        let password = password.clone();
        self.run(move |tx| tx.credentials_mut().set_password(&operator(), user, &password));
    }

    pub(crate) fn give(&self, user: UserId, facility: FacilityId, grant: &Grant) {
        let grant = grant.clone();
        self.run(move |tx| tx.access_mut().give(&operator(), user, facility, &grant));
    }

    pub(crate) fn take(&self, user: UserId, facility: FacilityId) {
        self.run(move |tx| tx.access_mut().remove(&operator(), user, facility, None));
    }
}
