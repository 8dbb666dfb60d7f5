use clap::Args;
use roster_adapter_actix::Server;
use roster_usecases::{Ports, RequestContext, keys, safekeeping};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use crate::assembly::{Opener, World};
use crate::data_folder::FolderLock;
use crate::master_secret::refuse_lacking;
use crate::playground::{self, Welcome};
use crate::settings::{Database, PicturePlace, Settings};
use crate::signals::StopSignals;
use crate::{DataFolder, Output, Stop, assembly, logging, reload, upkeep};

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Do not bring the schema up to date first: refuse to start when it is not.
    #[arg(long)]
    no_migrate: bool,
    /// Serve a playground on this machine alone: an empty database gets an administrator, a client, three people and a
    /// facility to try the API with.
    #[arg(long)]
    dev: bool,
}

/// Serves until a signal stops it, and drains.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    if arguments.dev && !settings.listen.ip().is_loopback() {
        return Err(Stop::Usage(
            "--dev serves this machine alone: listen must be a loopback address".to_owned(),
        ));
    }
    logging::start(settings);
    let place = Place::of(arguments, settings)?;
    let listen = free_address(settings.listen)?;
    // Whoever is going to be refused changes nothing before.
    let public_url = public_url(settings, listen)?;
    refuse_lacking(settings)?;
    if !arguments.no_migrate {
        for migration in assembly::migrate(settings, place.folder.as_ref())? {
            tracing::info!(migration, "brought the schema up to date");
        }
    }
    roster_adapter_actix::block_on(serve(arguments, settings, &place, (listen, public_url), output))
}

/// The data folder, where there is one, and that nobody else serves it.
struct Place {
    folder: Option<DataFolder>,
    _lock: Option<FolderLock>,
}

impl Place {
    /// Whoever serves a file has its folder alone; a database on a server can be served by any number of instances.
    fn of(arguments: &Arguments, settings: &Settings) -> Result<Self, Stop> {
        match settings.database {
            Database::Sqlite(_) => {
                let folder = DataFolder::open(&settings.data_dir)?;
                let lock = folder.lock()?;
                assembly::remove_leftovers(settings)?;
                Ok(Self { folder: Some(folder), _lock: Some(lock) })
            }
            Database::Postgres(_) if arguments.dev => {
                Ok(Self { folder: Some(DataFolder::open(&settings.data_dir)?), _lock: None })
            }
            Database::Postgres(_) => Ok(Self { folder: None, _lock: None }),
        }
    }
}

/// The URL that tokens name: the address, unless others serve the same database elsewhere.
fn public_url(settings: &Settings, listen: SocketAddr) -> Result<String, Stop> {
    match (&settings.public_url, &settings.database) {
        (Some(url), _) => Ok(url.clone()),
        (None, Database::Sqlite(_)) => Ok(format!("http://{listen}")),
        (None, Database::Postgres(_)) => Err(Stop::Usage(
            "ROSTER_PUBLIC_URL is required on PostgreSQL: every instance needs the same".to_owned(),
        )),
    }
}

async fn serve(
    arguments: &Arguments,
    settings: &Settings,
    place: &Place,
    (listen, public_url): (SocketAddr, String),
    output: Output,
) -> Result<(), Stop> {
    let folder = place.folder.as_ref();
    let World { ports, secrets } =
        assembly::assemble(settings, folder, public_url.clone(), Opener::Service).await?;
    keys::prepare_keys(&ports).await?;
    for missed in keys::forget_secrets(&ports, &secrets).await? {
        tracing::warn!(secret = %missed, "passwords or keys hang on a master secret that is not given any more");
    }
    if matches!(settings.pictures, PicturePlace::Folder(_)) {
        settle_pictures(&ports).await?;
    }
    let http = assembly::http(settings, listen, public_url.clone());
    let policies = Arc::clone(&http.policies);
    let server = Server::bind(http, ports.clone()).map_err(|error| cannot_listen(listen, &error))?;
    let welcome = match folder.filter(|_| arguments.dev) {
        Some(folder) => Some(prepare_playground(&ports, folder).await?),
        None => None,
    };

    // Whoever tries the playground in a terminal wants it to end with the terminal.
    let reloading = if arguments.dev {
        None
    } else {
        Some(reload::start(settings.config.clone(), policies).map_err(Stop::failure)?)
    };

    warn(settings, folder);
    let address = server.address();
    tracing::info!(%address, public_url, "listening");
    greet(welcome.as_ref(), address, &public_url, output)?;
    let duties = upkeep::start(ports);
    let signals = StopSignals::listen().map_err(Stop::failure)?;
    let ended = server.run(signals.first()).await;
    drop((duties, reloading));
    ended.map_err(Stop::failure)?;
    tracing::info!("stopped");
    Ok(())
}

/// Brings pictures of a restored backup to where pictures are kept, before anybody asks for them.
async fn settle_pictures(ports: &Ports) -> Result<(), Stop> {
    let (mut after, mut settled) = (None, 0);
    loop {
        let piece = safekeeping::settle_pictures(ports, after).await?;
        settled += piece.settled;
        for picture in piece.damaged {
            tracing::error!(%picture, "a picture in the database is damaged, and was left there");
        }
        after = piece.next;
        if after.is_none() {
            break;
        }
    }
    if settled > 0 {
        tracing::info!(settled, "moved the pictures of a backup to where pictures are kept");
    }
    Ok(())
}

/// Looks whether the address is free before anything is changed or signed in the name of a URL that holds it; finds a
/// port for port 0.
fn free_address(listen: SocketAddr) -> Result<SocketAddr, Stop> {
    let bound = TcpListener::bind(listen).and_then(|listener| listener.local_addr());
    bound.map_err(|error| cannot_listen(listen, &error))
}

fn cannot_listen(listen: SocketAddr, error: &std::io::Error) -> Stop {
    Stop::Failure(format!("cannot listen on {listen}: {error}"))
}

fn warn(settings: &Settings, folder: Option<&DataFolder>) {
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    if let Some(folder) = folder.filter(|folder| folder.is_open_to_others()) {
        tracing::warn!(folder = %folder.path().display(), "others may look into the data folder: use mode 0700");
    }
}

async fn prepare_playground(ports: &Ports, folder: &DataFolder) -> Result<Welcome, Stop> {
    playground::prepare(ports, &RequestContext::fresh(ports), folder).await
}

/// Standard output: the playground's banner, or for programs where the service listens.
fn greet(
    welcome: Option<&Welcome>,
    address: SocketAddr,
    public_url: &str,
    output: Output,
) -> Result<(), Stop> {
    let json = json!({ "address": address.to_string(), "public_url": public_url });
    match (output, welcome) {
        (Output::Json, _) => output.say("", &json),
        (Output::Text, Some(welcome)) => output.say(&welcome.banner(address), &json),
        (Output::Text, None) => Ok(()),
    }
}
