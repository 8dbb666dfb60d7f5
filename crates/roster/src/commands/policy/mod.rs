//! `roster policy …`

mod test;

use clap::Subcommand;

use crate::settings::{Settings, Sources};
use crate::{Output, Stop};

/// `roster policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Tell which rule of the gateway policies of a settings file decides about a request, and why.
    Test(test::Arguments),
}

impl PolicyCommand {
    /// The settings are those of the file that the command names.
    pub(super) fn settings_from(&self, sources: Sources) -> Result<Sources, Stop> {
        match self {
            Self::Test(arguments) => arguments.settings_from(sources),
        }
    }

    pub(super) fn run(&self, settings: &Settings, output: Output) -> Result<(), Stop> {
        match self {
            Self::Test(arguments) => test::run(arguments, settings, output),
        }
    }
}
