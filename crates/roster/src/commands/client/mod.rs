//! `roster client …`

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod rotate_secret;
pub(super) mod status;

use clap::{Args, Subcommand};
use roster_domain::ClientId;
use roster_usecases::{Failure, Refused};

use crate::settings::Settings;
use crate::{Output, Stop};

/// What can be done with the clients of the token endpoint.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Register a client; its secret is printed this once.
    Create(create::Arguments),
    /// List the clients.
    List,
    /// Disable a client: it gets no tokens, and those that it has are refused until it is enabled again.
    Disable(Which),
    /// Enable a client again.
    Enable(Which),
    /// Give a client a new secret, which is printed this once; the old one is refused from then on.
    RotateSecret(Which),
    /// Delete a client, and end all of its sessions.
    Delete(Which),
}

/// Which client.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The client's id.
    #[arg(long)]
    id: String,
}

impl ClientCommand {
    /// Does it.
    pub(super) fn run(self, settings: &Settings, output: Output) -> Result<(), Stop> {
        match self {
            Self::Create(arguments) => create::run(&arguments, settings, output),
            Self::List => list::run(settings, output),
            Self::Disable(which) => status::disable(&which.read()?, settings, output),
            Self::Enable(which) => status::enable(&which.read()?, settings, output),
            Self::RotateSecret(which) => rotate_secret::run(&which.read()?, settings, output),
            Self::Delete(which) => delete::run(&which.read()?, settings, output),
        }
    }
}

impl Which {
    fn read(&self) -> Result<ClientId, Stop> {
        self.id.parse().map_err(|fault| Stop::Usage(format!("--id {fault}")))
    }
}

/// Why something was not done with this client.
fn refused(id: &ClientId, failure: Failure) -> Stop {
    match failure {
        Failure::Refused(Refused::NotFound) => Stop::Failure(format!("there is no client `{id}`")),
        other => other.into(),
    }
}
