//! The commands, one file each.

mod access;
mod admin_create;
mod client;
mod config_check;
mod config_show;
mod db;
mod healthcheck;
mod keys;
mod openapi;
mod policy;
mod secret_status;
mod serve;
mod user_set_password;

use chrono::SecondsFormat;
use clap::Subcommand;
use roster_domain::Instant;

use crate::assembly::{Opener, World};
use crate::settings::{Settings, Sources};
use crate::{DataFolder, Output, Stop, assembly, logging};

/// What `roster` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service.
    Serve(serve::Arguments),
    /// Look after the database.
    #[command(subcommand)]
    Db(db::DbCommand),
    /// Look after administrators.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look after people.
    #[command(subcommand)]
    User(UserCommand),
    /// Look after the clients of the token endpoint.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Look into who may do what at which facility.
    #[command(subcommand)]
    Access(access::AccessCommand),
    /// Look after the keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look after the master secrets.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Look at the policies of gateways.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Ask the service on this machine whether it is ready: exit code 0 if so, else 1.
    Healthcheck,
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// `roster admin …`
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Make an administrator, or restore one: for an existing address it gives the role `board` back, enables, and
    /// sets the password. The password is one line of standard input.
    Create(admin_create::Arguments),
}

/// `roster user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Set the password of a person, who is told to change it, and end all of their sessions. The password is one line of
    /// standard input.
    SetPassword(user_set_password::Arguments),
}

/// `roster secret …`
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Tell how many passwords and signing keys still hang on which master secret.
    Status,
}

/// `roster config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the settings.
    Check,
    /// Show each setting with its origin; secrets are masked.
    Show,
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, sources: Sources, output: Output) -> Result<(), Stop> {
        if matches!(self, Self::Openapi) {
            return openapi::run();
        }
        let sources = match &self {
            Self::Policy(command) => command.settings_from(sources)?,
            _ => sources,
        };
        let settings = Settings::load(sources)?;
        match self {
            Self::Serve(arguments) => serve::run(&arguments, &settings, output),
            Self::Db(command) => command.run(&settings, output),
            Self::Admin(AdminCommand::Create(arguments)) => admin_create::run(arguments, &settings, output),
            Self::User(UserCommand::SetPassword(arguments)) => {
                user_set_password::run(&arguments, &settings, output)
            }
            Self::Client(command) => command.run(&settings, output),
            Self::Access(command) => command.run(&settings, output),
            Self::Keys(command) => command.run(&settings, output),
            Self::Secret(SecretCommand::Status) => secret_status::run(&settings, output),
            Self::Policy(command) => command.run(&settings, output),
            Self::Openapi => openapi::run(),
            Self::Healthcheck => healthcheck::run(&settings, output),
            Self::Config(ConfigCommand::Check) => config_check::run(&settings, output),
            Self::Config(ConfigCommand::Show) => config_show::run(&settings, output),
        }
    }
}

/// The world for a short command. It may run beside a service; a database that is not there yet is made.
async fn world(settings: &Settings) -> Result<World, Stop> {
    logging::start_if_chosen(settings);
    let folder = DataFolder::of(settings)?;
    assembly::migrate_new(settings, folder.as_ref())?;
    let issuer = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    assembly::assemble(settings, folder.as_ref(), issuer, Opener::Command).await
}

/// Runs a short command on a runtime of its own.
fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Stop::failure)?.block_on(work)
}

/// An instant, as answers show it.
fn time(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
