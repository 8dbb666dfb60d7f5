//! What the operator chose, from flags, the environment and a TOML file, the strongest first.
//!
//! [`SETTINGS`] is the one table of them. Whatever is wrong is one line that names the setting, never its value.

mod database;
mod error;
mod flags;
mod given;
mod key;
mod policies;
#[cfg(test)]
mod reference;
mod secrets;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod values;

pub use database::{Database, ServerUrl};
pub use error::SettingsError;
pub use flags::SettingFlags;
pub use given::{Given, Origin, Value};
pub use key::{Key, Slot};
pub use table::{Kind, Preset, SETTINGS, Setting};
pub use values::{LogFormat, PicturePlace};

use database::is_server;
use ipnet::IpNet;
use roster_adapter_crypto::MasterSecrets;
use roster_domain::LoginLimits;
use roster_domain::gateway::Policies;
use secrecy::SecretString;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

/// A bcrypt cost below this is worth a warning.
const LOW_BCRYPT_COST: u32 = 10;

/// Where settings are looked for.
#[derive(Debug, Default)]
pub struct Sources {
    /// The flags.
    pub flags: SettingFlags,
    /// The environment; what does not start with `ROSTER_` is ignored.
    pub environment: Vec<(OsString, OsString)>,
    /// The TOML file.
    pub config: Option<PathBuf>,
}

/// Every setting, read and checked. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the database, pictures and local secrets lie.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches the service; `None`, on SQLite alone, for `http://` and the address that it listens on.
    pub public_url: Option<String>,
    /// How many connections there are to the database; on SQLite, of those that read.
    pub database_pool: u32,
    /// A standby of a database on a server.
    pub database_read_url: Option<ServerUrl>,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// The master secrets; `None` for the one that the data folder keeps.
    pub secret: Option<MasterSecrets>,
    /// Where pictures are kept.
    pub pictures: PicturePlace,
    /// The proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins that may call.
    pub cors_origins: Vec<String>,
    /// Intercom's secret.
    pub intercom_secret: Option<SecretString>,
    /// How long an access token lives.
    pub access_token_ttl: Duration,
    /// How long a refresh token lives.
    pub refresh_token_ttl: Duration,
    /// The cost of hashing a password.
    pub bcrypt_cost: u32,
    /// The shortest password, in code points.
    pub password_min_length: usize,
    /// How many wrong passwords are borne.
    pub login_limits: LoginLimits,
    /// What is logged.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// By what requests at gateways are decided.
    pub policies: Policies,
    /// The TOML file, where one was named.
    pub config: Option<PathBuf>,
    given: Given,
}

impl Settings {
    /// Reads and checks every setting. A fault is told for the first that has one.
    pub fn load(sources: Sources) -> Result<Self, SettingsError> {
        let mut given = Given::default();
        let policies = match &sources.config {
            Some(path) => sources::take_file(&mut given, path)?,
            None => Policies::default(),
        };
        sources::take_environment(&mut given, sources.environment)?;
        sources::take_flags(&mut given, sources.flags.0);
        refuse_password_in_flag(&given, Key::DatabaseUrl)?;
        refuse_password_in_flag(&given, Key::DatabaseReadUrl)?;
        given.preset_all();
        derive_defaults(&mut given)?;
        let settings = Self { policies, config: sources.config, ..Self::read(given)? };
        match (&settings.database, settings.given.get(Slot::Value(Key::DatabaseReadUrl))) {
            (Database::Sqlite(_), Some((_, origin))) => {
                Err(SettingsError::new(origin.to_string(), "needs a postgres:// database_url"))
            }
            _ => Ok(settings),
        }
    }

    fn read(given: Given) -> Result<Self, SettingsError> {
        let is_public_url_chosen = given.is_chosen(Key::PublicUrl);
        let public_url = given.require(Key::PublicUrl, values::public_url)?;
        Ok(Self {
            data_dir: given.require(Key::DataDir, values::path)?,
            database: given.require(Key::DatabaseUrl, values::database)?,
            listen: given.require(Key::Listen, values::address)?,
            public_url: is_public_url_chosen.then_some(public_url),
            database_pool: small(given.whole(Key::DatabasePool)?),
            database_read_url: given.read(Key::DatabaseReadUrl, ServerUrl::parse)?,
            request_timeout: Duration::from_secs(given.whole(Key::RequestTimeout)?),
            secret: secrets::master(&given)?,
            pictures: given.require(Key::Pictures, values::picture_place)?,
            trusted_proxies: given.list(Key::TrustedProxies, values::network)?,
            cors_origins: given.list(Key::CorsOrigins, values::origin)?,
            intercom_secret: secrets::intercom(&given)?,
            access_token_ttl: Duration::from_secs(given.whole(Key::AccessTokenTtl)?),
            refresh_token_ttl: Duration::from_secs(given.whole(Key::RefreshTokenTtl)?),
            bcrypt_cost: small(given.whole(Key::BcryptCost)?),
            password_min_length: small(given.whole(Key::PasswordMinLength)?) as usize,
            login_limits: LoginLimits {
                per_account: small(given.whole(Key::LoginFailuresPerAccount)?),
                per_address: small(given.whole(Key::LoginFailuresPerAddress)?),
                window: Duration::from_secs(given.whole(Key::LoginWindow)?),
                slowdown_after: small(given.whole(Key::LoginSlowdownAfter)?),
            },
            log: given.require(Key::Log, values::log_filter)?,
            log_format: given.require(Key::LogFormat, values::log_format)?,
            policies: Policies::default(),
            config: None,
            given,
        })
    }

    /// What was given, for showing where each setting comes from.
    pub const fn given(&self) -> &Given {
        &self.given
    }

    /// What is allowed but unwise, a line each.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.bcrypt_cost < LOW_BCRYPT_COST {
            warnings.push(format!(
                "bcrypt_cost is below {LOW_BCRYPT_COST}: stolen password hashes are cheap to try"
            ));
        }
        if matches!(&self.database, Database::Postgres(url) if url.is_open_to_a_network()) {
            warnings
                .push("what is said to the database server may pass a network without encryption".to_owned());
        }
        warnings
    }
}

/// The gateway policies of a settings file, the rest of which must be sound too.
pub fn policies_of(path: &Path) -> Result<Policies, SettingsError> {
    sources::take_file(&mut Given::default(), path)
}

/// The database that an argument of a command names, or what is wrong with it as a predicate.
pub fn database_argument(text: &str) -> Result<Database, String> {
    if values::has_password(text) {
        return Err(
            "must not hold a password: say `configured`, and give the URL as ROSTER_DATABASE_URL".to_owned()
        );
    }
    values::database(text)
}

/// Everybody on the machine can read a command line.
fn refuse_password_in_flag(given: &Given, key: Key) -> Result<(), SettingsError> {
    match given.get(Slot::Value(key)) {
        Some((Value::Secret(_), origin @ Origin::Flag(_))) => {
            let variable = Slot::Value(key).variable();
            let fault = format!("must not hold a password: set {variable} or the settings file instead");
            Err(SettingsError::new(origin.to_string(), fault))
        }
        _ => Ok(()),
    }
}

/// Puts in what follows from other settings and the machine.
fn derive_defaults(given: &mut Given) -> Result<(), SettingsError> {
    let data_dir = given.require(Key::DataDir, |text| values::path(text).map(|_| text.to_owned()))?;
    let listen = given.require(Key::Listen, values::address)?;
    let cores = available_parallelism().map_or(2, usize::from);
    let log_format = if std::io::stderr().is_terminal() { "text" } else { "json" };
    given.preset(Key::DatabaseUrl, format!("sqlite://{data_dir}/roster.db"));
    given.preset(Key::PublicUrl, format!("http://{listen}"));
    if given.require(Key::DatabaseUrl, |url| Ok(is_server(url)))? {
        given.preset(Key::Pictures, "database".to_owned());
        given.preset(Key::DatabasePool, (4 * cores).clamp(8, 32).to_string());
    } else {
        given.preset(Key::Pictures, format!("dir:{data_dir}/pictures"));
        given.preset(Key::DatabasePool, cores.clamp(2, 4).to_string());
    }
    given.preset(Key::LogFormat, log_format.to_owned());
    Ok(())
}

/// The table bounds every number of a setting far below 2³².
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
