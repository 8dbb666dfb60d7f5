use clap::builder::styling::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Parser};
use std::ffi::OsString;
use std::path::PathBuf;

use crate::commands::Command;
use crate::settings::{SettingFlags, Sources};
use crate::{Output, Stop};

/// Roster: an organisation's people, their roles, sign-in, and who may do what at which facility.
#[derive(Debug, Parser)]
#[command(name = "roster", version, styles = Styles::plain(), max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Answer as JSON, on one line.
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    json: bool,
    /// Read settings from this TOML file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: SettingFlags,
}

impl CommandLine {
    /// The form of the answer.
    pub(crate) const fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Text }
    }

    /// The command, and where its settings come from.
    pub(crate) fn into_parts(self, environment: Vec<(OsString, OsString)>) -> (Command, Sources) {
        (self.command, Sources { flags: self.flags, environment, config: self.config })
    }
}

/// What clap has to say instead of a command.
pub(crate) enum Instead {
    /// Help or the version, as asked for.
    Help(String),
    /// The line was wrong.
    Wrong(Stop),
}

/// One line for what clap tells in several. An argument that may be a value is not repeated: it may be a secret.
pub(crate) fn instead(error: &clap::Error) -> Instead {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Instead::Help(error.to_string()),
        ErrorKind::UnknownArgument => Instead::Wrong(Stop::Usage(unknown_argument(error))),
        _ => Instead::Wrong(Stop::Usage(first_paragraph(error))),
    }
}

fn unknown_argument(error: &clap::Error) -> String {
    let name = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) if name.starts_with('-') => {
            name.split('=').next().unwrap_or_default()
        }
        _ => return "an argument too many (see --help)".to_owned(),
    };
    let similar = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(similar)) => format!(" (did you mean {similar}?)"),
        _ => " (see --help)".to_owned(),
    };
    format!("there is no {name}{similar}")
}

fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    format!("{} (see --help)", paragraph.trim_start_matches("error: "))
}
