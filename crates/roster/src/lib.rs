//! The `roster` command: settings, commands, and the assembly of all adapters into one service.

mod assembly;
mod command_line;
mod commands;
mod data_folder;
mod logging;
mod master_secret;
mod new_password;
mod output;
mod playground;
mod reload;
mod secret_file;
pub mod settings;
mod signals;
mod stop;
mod upkeep;

use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

use command_line::{CommandLine, Instead, instead};
pub(crate) use data_folder::DataFolder;
pub(crate) use output::Output;
pub(crate) use stop::Stop;

/// Runs one command line. Answers go to standard output, log lines and the one line of an error to standard error.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let ended = match CommandLine::try_parse_from(arguments) {
        Ok(line) => {
            let output = line.output();
            let (command, sources) = line.into_parts(environment.into_iter().collect());
            command.run(sources, output)
        }
        Err(error) => match instead(&error) {
            Instead::Help(text) => output::print(&text),
            Instead::Wrong(stop) => Err(stop),
        },
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("roster: {}", stop.line());
            stop.code()
        }
    }
}
