//! Puts the adapters behind the ports: the one place that names them all.

use roster_adapter_actix::HttpSettings;
use roster_adapter_crypto::{
    BcryptHasher, HmacIntercomIdentity, HmacSeals, JwtAccessTokens, KeyRing, MasterSecrets,
    RandomOpaqueTokens,
};
use roster_adapter_diesel::{Examined, OpenError, SqliteBackup, SqliteOptions, SqliteStore};
use roster_adapter_pictures::{ImageStudio, PictureFolder};
use roster_adapter_system::{InternationalDomainNames, LibPhoneNumbers, SystemClock, SystemIds, TokioPause};
use roster_ports::{BackupError, Clock, Fingerprint, Store};
use roster_usecases::{Policy, Ports, keys};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::master_secret::master_secrets;
use crate::settings::Settings;
use crate::{DataFolder, Stop};

/// How many passwords may wait for each thread that hashes. Those that wait too long are given up before they are done.
const WAITING_PER_THREAD: usize = 64;

/// How long a short command waits for its turn to write.
const COMMAND_PATIENCE: Duration = Duration::from_mins(1);

/// Brings the schema up to date; returns the migrations that it ran. Makes no database in the place of one that was lost.
pub(crate) fn migrate(settings: &Settings, folder: &DataFolder) -> Result<Vec<String>, Stop> {
    refuse_lost(settings, folder)?;
    Ok(SqliteStore::migrate(&sqlite(settings))?)
}

/// The master secret of the folder is made for a database that is there, so where it lies alone something was lost.
fn refuse_lost(settings: &Settings, folder: &DataFolder) -> Result<(), Stop> {
    let secret = folder.secret_file();
    let is_empty = settings.database.metadata().map_or(true, |file| file.len() == 0);
    if is_empty && settings.secret.is_none() && secret.exists() {
        return Err(Stop::Failure(format!(
            "{} is missing or empty, but {} was used with it: bring the database back, or remove the secret to begin anew",
            settings.database.display(),
            secret.display()
        )));
    }
    Ok(())
}

/// Like [`migrate`], but only where there is no database at all yet.
pub(crate) fn migrate_new(settings: &Settings, folder: &DataFolder) -> Result<(), Stop> {
    // Before it is opened, which makes an empty file a database already.
    refuse_lost(settings, folder)?;
    match SqliteStore::open(&sqlite(settings)) {
        Err(OpenError::Missing(_)) => Ok(SqliteStore::migrate(&sqlite(settings)).map(drop)?),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// Looks for whatever is wrong with the file of the database and its rows.
pub(crate) fn examine(settings: &Settings) -> Result<Examined, Stop> {
    Ok(SqliteStore::examine(&for_command(settings))?)
}

/// Begins a backup into this file.
pub(crate) fn begin_backup(settings: &Settings, file: &Path) -> Result<SqliteBackup, BackupError> {
    SqliteBackup::begin(&for_command(settings), file)
}

/// The store as it is, for looking at it.
pub(crate) fn store_as_it_is(settings: &Settings) -> Result<SqliteStore, Stop> {
    Ok(SqliteStore::open(&SqliteOptions { read_only: true, ..for_command(settings) })?)
}

/// The pictures as they are, for looking at them.
pub(crate) fn pictures_as_they_are(settings: &Settings) -> PictureFolder {
    PictureFolder::as_it_is(&settings.pictures)
}

/// The whole world, and the fingerprints of the master secrets that were given, the one in use first.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) secrets: Vec<Fingerprint>,
}

/// The whole world, with tokens issued in the name of `issuer`. Fails for master secrets that are strange to the
/// database.
pub(crate) async fn assemble(
    settings: &Settings,
    folder: &DataFolder,
    issuer: String,
) -> Result<World, Stop> {
    assemble_on(&sqlite(settings), settings, folder, issuer).await
}

/// Like [`assemble`], for a short command: beside a service that writes all the time its turn may be long in coming.
pub(crate) async fn assemble_for_command(
    settings: &Settings,
    folder: &DataFolder,
    issuer: String,
) -> Result<World, Stop> {
    assemble_on(&for_command(settings), settings, folder, issuer).await
}

async fn assemble_on(
    options: &SqliteOptions,
    settings: &Settings,
    folder: &DataFolder,
    issuer: String,
) -> Result<World, Stop> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options)?);
    let secrets = master_secrets(settings, folder, &*store).await?;
    let ports = ports(settings, &secrets, store, issuer)?;
    let secrets = secrets.fingerprints();
    keys::recognise_secrets(&ports, &secrets).await?;
    Ok(World { ports, secrets })
}

/// Removes the pictures that an earlier `roster serve` left half written. Only for whoever holds the folder's lock.
pub(crate) fn remove_leftovers(settings: &Settings) -> Result<(), Stop> {
    let removed = PictureFolder::open(&settings.pictures).and_then(|folder| folder.remove_leftovers());
    removed.map_err(|error| cannot_keep_pictures(settings, &error))
}

fn cannot_keep_pictures(settings: &Settings, error: &std::io::Error) -> Stop {
    Stop::Failure(format!("cannot keep pictures in {}: {error}", settings.pictures.display()))
}

fn ports(
    settings: &Settings,
    secrets: &MasterSecrets,
    store: Arc<dyn Store>,
    issuer: String,
) -> Result<Ports, Stop> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keys = Arc::new(KeyRing::new(secrets));
    let pictures =
        PictureFolder::open(&settings.pictures).map_err(|error| cannot_keep_pictures(settings, &error))?;
    Ok(Ports {
        store,
        ids: Arc::new(SystemIds::new(Arc::clone(&clock))),
        clock,
        pause: Arc::new(TokioPause),
        passwords: Arc::new(hasher(settings, secrets)?),
        access_tokens: Arc::new(JwtAccessTokens::new(issuer, Arc::clone(&keys))),
        opaque_tokens: Arc::new(RandomOpaqueTokens),
        signing_keys: keys,
        seals: Arc::new(HmacSeals::new(secrets)),
        intercom: Arc::new(HmacIntercomIdentity::new(settings.intercom_secret.as_ref())),
        picture_studio: Arc::new(ImageStudio::new()),
        picture_keeper: Arc::new(pictures),
        numbering_plans: Arc::new(LibPhoneNumbers),
        domain_names: Arc::new(InternationalDomainNames),
        policy: Policy {
            access_token_lifetime: settings.access_token_ttl,
            refresh_token_lifetime: settings.refresh_token_ttl,
            shortest_password: settings.password_min_length,
            login_limits: settings.login_limits,
        },
    })
}

/// Half of the cores hash at most, so that the others go on answering.
fn hasher(settings: &Settings, secrets: &MasterSecrets) -> Result<BcryptHasher, Stop> {
    let threads = available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
    let hasher = BcryptHasher::new(secrets, settings.bcrypt_cost, threads, threads * WAITING_PER_THREAD);
    hasher.map_err(|error| Stop::Failure(format!("cannot start the threads that hash passwords: {error}")))
}

fn sqlite(settings: &Settings) -> SqliteOptions {
    SqliteOptions { readers: settings.database_pool, ..SqliteOptions::at(&settings.database) }
}

fn for_command(settings: &Settings) -> SqliteOptions {
    SqliteOptions { patience: COMMAND_PATIENCE, ..sqlite(settings) }
}

/// What the HTTP adapter needs to know.
pub(crate) fn http(settings: &Settings, listen: SocketAddr, public_url: String) -> HttpSettings {
    HttpSettings {
        listen,
        public_url,
        trusted_proxies: settings.trusted_proxies.clone(),
        cors_origins: settings.cors_origins.clone(),
        request_timeout: settings.request_timeout,
    }
}
