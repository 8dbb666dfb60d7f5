use roster_domain::permission::operator;
use roster_domain::{
    Client, ClientKind, Email, EmailVerification, GrantType, GrantTypes, Instant, PictureFormat, PictureName,
    Role, Roles, Scopes, Session, SessionId, Status, Trust, User, UserId,
};
use roster_ports::{NewRefreshToken, Rotation, SealedSuccessor, TokenHash, Undo, WriteJob};
use tempfile::TempDir;
use uuid::Uuid;

use crate::sqlite::connection::{Pragmas, Purpose, open};
use crate::sqlite::{Connection, SqliteOptions, SqliteStore};

/// A migrated file that goes with its folder.
pub(super) struct File {
    folder: TempDir,
}

impl File {
    pub(super) fn migrated() -> Self {
        let file = Self { folder: tempfile::tempdir().unwrap() };
        SqliteStore::migrate(&file.options()).unwrap();
        file
    }

    pub(super) fn options(&self) -> SqliteOptions {
        SqliteOptions::at(self.folder.path().join("roster.db"))
    }

    pub(super) fn connection(&self, purpose: Purpose) -> Connection {
        let options = self.options();
        open(&options.path, Pragmas { purpose, patience: options.patience }).unwrap()
    }
}

pub(super) fn user_id(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

/// So many milliseconds after an arbitrary start.
pub(super) fn at(ms: i64) -> Instant {
    Instant::from_timestamp_millis(ms).unwrap()
}

/// A person with a text of 2,000 characters: two of them fill a page.
pub(super) fn wordy_person(n: u128) -> User {
    User {
        id: user_id(n),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
        email: Email::parse(&format!("p{n}@example.org"), |domain| Some(domain.to_owned())).unwrap(),
        fallback_email: None,
        email_verification: EmailVerification::Unverified,
        first_name: "Ada".parse().unwrap(),
        last_name: "Lovelace".parse().unwrap(),
        description: Some("x".repeat(2_000).parse().unwrap()),
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

pub(super) fn client() -> Client {
    Client {
        id: "app".parse().unwrap(),
        kind: ClientKind::Public,
        trust: Trust::Untrusted,
        grants: GrantTypes::of(GrantType::ALL),
        scopes: Scopes::ALL,
        status: Status::Enabled,
        created_at: at(0),
    }
}

/// A sign-in of the first person through the client.
pub(super) fn session() -> Session {
    Session {
        id: SessionId::new(Uuid::from_u128(1)),
        user: user_id(1),
        client: client().id,
        scopes: Scopes::ALL,
        created_at: at(0),
        last_used_at: at(0),
        last_ip: None,
        user_agent: None,
        expires_at: at(100),
    }
}

pub(super) fn hash(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

pub(super) fn token(n: u8) -> NewRefreshToken {
    NewRefreshToken { hash: hash(n), expires_at: at(100) }
}

/// The exchange of a token for the one of the next number.
pub(super) fn rotation(used: u8) -> Rotation {
    Rotation { used: hash(used), at: at(1), successor: token(used + 1), sealed: SealedSuccessor(vec![used]) }
}

pub(super) fn picture(n: u8) -> PictureName {
    PictureName { sha256: [n; 32], format: PictureFormat::Jpeg }
}

/// A write of one small row.
pub(super) fn doom(n: u8) -> WriteJob {
    Box::new(move |tx| {
        tx.pictures_mut().doom(&picture(n)).map_err(Undo::Store)?;
        Ok(Vec::new())
    })
}

/// A write of so many big rows.
pub(super) fn insert_people(numbers: std::ops::Range<u128>) -> WriteJob {
    Box::new(move |tx| {
        for n in numbers.clone() {
            tx.users_mut().insert(&operator(), &wordy_person(n)).map_err(Undo::Store)?;
        }
        Ok(Vec::new())
    })
}
