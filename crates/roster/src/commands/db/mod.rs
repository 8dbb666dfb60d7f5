//! `roster db …`

mod backup;
mod check;
mod copy;
mod migrate;

use clap::Subcommand;

use crate::settings::Settings;
use crate::{Output, Stop};

/// What can be done with the database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Bring the schema up to date, and say what was done.
    Migrate,
    /// Copy everything from one database to another, which must be empty, and compare both. What was interrupted goes on
    /// when it is asked for again. Nobody should write to either meanwhile.
    Copy(copy::Arguments),
    /// Back everything up into one new file, pictures too and without the master secret; the service may be running. To
    /// restore, put the file in place as `roster.db`.
    Backup(backup::Arguments),
    /// Look whether everything is whole, and say what is not, a line each: exit code 0 if all is, else 1. The service may be
    /// running.
    Check,
}

impl DbCommand {
    /// Does it.
    pub(super) fn run(self, settings: &Settings, output: Output) -> Result<(), Stop> {
        match self {
            Self::Migrate => migrate::run(settings, output),
            Self::Copy(arguments) => copy::run(&arguments, settings, output),
            Self::Backup(arguments) => backup::run(&arguments, settings, output),
            Self::Check => check::run(settings, output),
        }
    }
}
