//! `roster access …`

mod why;

use clap::Subcommand;

use crate::settings::Settings;
use crate::{Output, Stop};

/// `roster access …`
#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Tell whether a person may do something at a facility, and what that rests on.
    Why(why::Arguments),
}

impl AccessCommand {
    /// Does it.
    pub(super) fn run(self, settings: &Settings, output: Output) -> Result<(), Stop> {
        match self {
            Self::Why(arguments) => why::run(&arguments, settings, output),
        }
    }
}
