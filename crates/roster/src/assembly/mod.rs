//! Puts the adapters behind the ports: the one place that names them all.

mod database;
mod database_pair;

pub(crate) use database::{Opened, Opener, begin_backup, examine, migrate, migrate_new, open};
pub(crate) use database_pair::DatabasePair;

use roster_adapter_actix::HttpSettings;
use roster_adapter_crypto::{
    BcryptHasher, HmacIntercomIdentity, HmacSeals, JwtAccessTokens, KeyRing, MasterSecrets,
    RandomOpaqueTokens,
};
use roster_adapter_diesel::{DatabasePictures, PicturesOfMany};
use roster_adapter_pictures::{ImageStudio, PictureFolder};
use roster_adapter_system::{InternationalDomainNames, LibPhoneNumbers, SystemClock, SystemIds, TokioPause};
use roster_ports::{Clock, Fingerprint, PictureKeeper, Store};
use roster_usecases::gateway::LivePolicies;
use roster_usecases::{Policy, Ports, keys};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::master_secret::master_secrets;
use crate::settings::{PicturePlace, Settings};
use crate::{DataFolder, Stop};

/// How many passwords may wait for each thread that hashes. Those that wait too long are given up before they are done.
const WAITING_PER_THREAD: usize = 64;

/// The pictures as they are, for looking at them.
pub(crate) fn pictures_as_they_are(settings: &Settings, store: &Arc<dyn Store>) -> Arc<dyn PictureKeeper> {
    pictures_of(&settings.pictures, store)
}

fn pictures_of(place: &PicturePlace, store: &Arc<dyn Store>) -> Arc<dyn PictureKeeper> {
    match place {
        PicturePlace::Folder(folder) => Arc::new(PictureFolder::as_it_is(folder)),
        PicturePlace::Database => Arc::new(DatabasePictures::new(Arc::clone(store))),
    }
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
    folder: Option<&DataFolder>,
    issuer: String,
    opener: Opener,
) -> Result<World, Stop> {
    let database = open(settings, opener)?;
    let secrets = master_secrets(settings, folder, &*database.store).await?;
    let ports = ports(settings, &secrets, database, issuer)?;
    let secrets = secrets.fingerprints();
    keys::recognise_secrets(&ports, &secrets).await?;
    Ok(World { ports, secrets })
}

/// Removes the pictures that an earlier `roster serve` left half written. Only for whoever has the folder alone.
pub(crate) fn remove_leftovers(settings: &Settings) -> Result<(), Stop> {
    let PicturePlace::Folder(folder) = &settings.pictures else { return Ok(()) };
    let removed = PictureFolder::open(folder).and_then(|pictures| pictures.remove_leftovers());
    removed.map_err(|error| cannot_keep_pictures(folder, &error))
}

fn cannot_keep_pictures(folder: &Path, error: &std::io::Error) -> Stop {
    Stop::Failure(format!("cannot keep pictures in {}: {error}", folder.display()))
}

/// Where pictures are kept, safe from other instances where there can be some.
fn picture_keeper(settings: &Settings, opened: Opened) -> Result<Arc<dyn PictureKeeper>, Stop> {
    let pictures: Arc<dyn PictureKeeper> = match &settings.pictures {
        PicturePlace::Database => Arc::new(DatabasePictures::new(opened.store)),
        PicturePlace::Folder(folder) => {
            let opened = PictureFolder::open(folder).map_err(|error| cannot_keep_pictures(folder, &error))?;
            Arc::new(opened)
        }
    };
    Ok(match opened.shared_locks {
        Some(locks) => Arc::new(PicturesOfMany::new(pictures, locks)),
        None => pictures,
    })
}

fn ports(
    settings: &Settings,
    secrets: &MasterSecrets,
    opened: Opened,
    issuer: String,
) -> Result<Ports, Stop> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keys = Arc::new(KeyRing::new(secrets));
    Ok(Ports {
        store: Arc::clone(&opened.store),
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
        picture_keeper: picture_keeper(settings, opened)?,
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

/// What the HTTP adapter needs to know.
pub(crate) fn http(settings: &Settings, listen: SocketAddr, public_url: String) -> HttpSettings {
    HttpSettings {
        listen,
        public_url,
        trusted_proxies: settings.trusted_proxies.clone(),
        cors_origins: settings.cors_origins.clone(),
        request_timeout: settings.request_timeout,
        policies: Arc::new(LivePolicies::new(settings.policies.clone())),
    }
}
