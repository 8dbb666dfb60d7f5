//! `roster keys …`

mod import;
mod list;
mod revoke;
mod rotate;

use clap::Subcommand;

use crate::settings::Settings;
use crate::{Output, Stop};

/// What can be done with the keys that sign access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the signing keys and what each does now.
    List,
    /// Make a new key. It is published at once, and signs when everybody can know of it; the old one stays published while
    /// its tokens live.
    Rotate,
    /// Take a stolen key out of use at once: whatever it signed is refused.
    Revoke(revoke::Arguments),
    /// Import a private key: EC on P-256 or RSA of at least 2048 bits, in PKCS#8 PEM, in a file that only its owner may
    /// read. What it signed is accepted at once; it signs itself like a rotated one.
    Import(import::Arguments),
}

impl KeysCommand {
    /// Does it.
    pub(super) fn run(self, settings: &Settings, output: Output) -> Result<(), Stop> {
        match self {
            Self::List => list::run(settings, output),
            Self::Rotate => rotate::run(settings, output),
            Self::Revoke(arguments) => revoke::run(&arguments, settings, output),
            Self::Import(arguments) => import::run(&arguments, settings, output),
        }
    }
}
