use roster_adapter_crypto::MasterSecrets;
use roster_adapter_diesel::{SqliteOptions, SqliteStore};
use roster_domain::permission::{CreateUser, SetPassword, operator};
use roster_domain::{
    AccessToken, Client, ClientId, ClientKind, Email, EmailVerification, GrantType, GrantTypes, GroupId,
    Instant, NewUser, PhoneNumber, PrincipalId, Role, Roles, Scopes, Session, SessionId, Status, TokenId,
    Trust, User, UserId, WorkspaceId,
};
use roster_ports::{Abort, ChosenBy, Done, PasswordRecord, StoreError};
use roster_usecases::{Ports, keys};
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

use crate::ports;
use crate::settings::Settings;

/// Issuer and audience of every token here.
pub(crate) const PUBLIC_URL: &str = "https://roster.test";
/// The client through which everybody signed in.
pub(crate) const CLIENT: &str = "bench";
/// The password of those who have one.
pub(crate) const PASSWORD: &str = "three blind mice, see how they run";

/// How many people are signed in: more than the service remembers at once.
const CALLERS: usize = 20_000;
/// How many of them are administrators with a password.
const ADMINISTRATORS: usize = 64;
/// How many users are inserted at a time.
const CHUNK: usize = 10_000;
const DAY: Duration = Duration::from_hours(24);

/// A database full of people, to be copied for each server.
pub(crate) struct World {
    folder: TempDir,
    out: PathBuf,
    secret: SecretString,
    /// Everybody who is signed in, spread over the whole table; administrators come first.
    pub(crate) callers: Vec<Caller>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) id: UserId,
    pub(crate) session: SessionId,
    pub(crate) email: String,
    pub(crate) token: String,
}

impl World {
    /// Fills a new database through the adapters.
    pub(crate) fn make(settings: &Settings) -> anyhow::Result<Self> {
        fs::create_dir_all(&settings.out)?;
        let folder = tempfile::Builder::new().prefix("data-").tempdir_in(&settings.out)?;
        let (secrets, secret) = MasterSecrets::generate();
        let options = SqliteOptions::at(Self::database(folder.path()));
        SqliteStore::migrate(&options)?;
        let ports = ports::over(&options, folder.path(), &secrets)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let callers = runtime.block_on(fill(&ports, &secrets, settings.users))?;
        drop(ports);
        // So that the file alone is the whole database.
        rusqlite::Connection::open(&options.path)?.query_row(
            "PRAGMA wal_checkpoint(TRUNCATE)",
            [],
            |_| Ok(()),
        )?;
        Ok(Self { folder, out: settings.out.clone(), secret, callers })
    }

    /// Where the database of a data folder lies.
    pub(crate) fn database(data: &Path) -> PathBuf {
        data.join("roster.db")
    }

    /// The folder that all copies are made of.
    pub(crate) fn original(&self) -> &Path {
        self.folder.path()
    }

    /// A data folder of one's own with the same people.
    pub(crate) fn copy(&self) -> anyhow::Result<TempDir> {
        let copy = tempfile::Builder::new().prefix("copy-").tempdir_in(&self.out)?;
        fs::copy(Self::database(self.folder.path()), Self::database(copy.path()))?;
        Ok(copy)
    }

    /// The store of a data folder with its ports, in this process.
    pub(crate) fn ports(&self, options: &SqliteOptions, data: &Path) -> anyhow::Result<Ports> {
        ports::over(options, data, &MasterSecrets::parse(&self.secret)?)
    }

    /// Gives a server the data folder and what it needs to know about it, and nothing else.
    pub(crate) fn equip(&self, command: &mut Command, data: &Path) {
        command
            .env_clear()
            .env(ports::SECRET, self.secret.expose_secret())
            .env("ROSTER_DATA_DIR", data)
            .env("ROSTER_PUBLIC_URL", PUBLIC_URL)
            // All of them come from one address, and a try counts as failed while it is hashed.
            .env("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "1000000")
            .env("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000");
    }
}

async fn fill(ports: &Ports, secrets: &MasterSecrets, users: usize) -> anyhow::Result<Vec<Caller>> {
    keys::recognise_secrets(ports, &secrets.fingerprints()).await?;
    keys::prepare_keys(ports).await?;
    let client = client(ports.clock.now())?;
    let hash = ports.passwords.hash(SecretString::from(PASSWORD)).await?;
    let password = PasswordRecord { hash, chosen_by: ChosenBy::Owner };
    write(ports, move |tx| tx.clients_mut().insert(&client, None)).await?;
    let every = (users / CALLERS).max(1);
    let mut callers = Vec::new();
    for first in (0..users).step_by(CHUNK) {
        let chunk = (first..users.min(first + CHUNK)).map(|n| person(ports, n, every));
        let people: Vec<User> = chunk.collect::<anyhow::Result<_>>()?;
        for (_, user) in (first..).zip(&people).filter(|(number, _)| number.is_multiple_of(every)) {
            callers.push(sign_in(ports, user)?);
        }
        insert(ports, Arc::new(people)).await?;
    }
    let callers: Vec<Caller> = callers.into_iter().take(CALLERS).collect();
    start_sessions(ports, &callers, password).await?;
    Ok(callers)
}

async fn insert(ports: &Ports, people: Arc<Vec<User>>) -> Result<(), StoreError> {
    write(ports, move |tx| {
        people.iter().try_for_each(|user| tx.users_mut().insert(&operator::<CreateUser>(), user))
    })
    .await
}

async fn start_sessions(ports: &Ports, callers: &[Caller], password: PasswordRecord) -> anyhow::Result<()> {
    let now = ports.clock.now();
    let sessions = callers.iter().map(|caller| session(caller, now)).collect::<anyhow::Result<Vec<_>>>()?;
    write(ports, move |tx| {
        for session in &sessions {
            tx.sessions_mut().start(session, None)?;
        }
        for session in sessions.iter().take(ADMINISTRATORS) {
            tx.credentials_mut().set_password(&operator::<SetPassword>(), session.user, &password)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Writes without events: nobody is told about people who never were.
async fn write(
    ports: &Ports,
    mut write: impl FnMut(&mut dyn roster_ports::WriteTx) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), StoreError> {
    let written = ports.store.write::<_, StoreError>(move |tx| Ok(Done::Bookkeeping(write(tx)?))).await;
    written.map_err(|(Abort::Refused(error) | Abort::Store(error))| error)
}

fn client(now: Instant) -> anyhow::Result<Client> {
    Ok(Client {
        id: CLIENT.parse()?,
        kind: ClientKind::Public,
        trust: Trust::Untrusted,
        grants: GrantTypes::of([GrantType::Password, GrantType::RefreshToken]),
        scopes: Scopes::ALL,
        status: Status::Enabled,
        created_at: now,
    })
}

/// The user of this number, with everything set that most organisations set.
fn person(ports: &Ports, number: usize, every: usize) -> anyhow::Result<User> {
    let is_administrator = number.is_multiple_of(every) && number / every < ADMINISTRATORS;
    let new = NewUser {
        email: Email::parse(&format!("person.{number}@example.org"), |domain| Some(domain.to_owned()))?,
        fallback_email: None,
        first_name: "Alexandra".parse()?,
        last_name: format!("Montgomery {number}").parse()?,
        description: Some("Looks after the buildings on the northern shore.".parse()?),
        job_title: Some("Facility engineer".parse()?),
        locale: Some("en-GB".parse()?),
        roles: Roles::from(if is_administrator { Role::Board } else { Role::Tech }),
        group_id: Some(GroupId::new(ports.ids.uuid())),
        active_workspace: Some(WorkspaceId::new(ports.ids.uuid())),
    };
    let mut user = new.into_user(UserId::new(ports.ids.uuid()), ports.clock.now());
    user.email_verification = EmailVerification::Verified;
    user.phone_number = Some(PhoneNumber {
        e164: "+33612345678".to_owned(),
        country_code: 33,
        national_number: 612_345_678,
        region: "FR".to_owned(),
    });
    Ok(user)
}

fn sign_in(ports: &Ports, user: &User) -> anyhow::Result<Caller> {
    let session = SessionId::new(ports.ids.uuid());
    let now = ports.clock.now();
    let token = ports.access_tokens.issue(&AccessToken {
        id: TokenId::new(ports.ids.uuid()),
        subject: PrincipalId::User(user.id),
        client: CLIENT.parse()?,
        session: Some(session),
        scopes: Scopes::ALL,
        issued_at: now,
        expires_at: now + DAY,
    })?;
    let (email, token) = (user.email.as_str().to_owned(), token.expose_secret().to_owned());
    Ok(Caller { id: user.id, session, email, token })
}

fn session(caller: &Caller, now: Instant) -> anyhow::Result<Session> {
    let client: ClientId = CLIENT.parse()?;
    Ok(Session {
        id: caller.session,
        user: caller.id,
        client,
        scopes: Scopes::ALL,
        created_at: now,
        last_used_at: now,
        last_ip: Some("127.0.0.1".to_owned()),
        user_agent: None,
        expires_at: now + DAY,
    })
}
