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
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Instead::Wrong(Stop::Usage("a command is missing (see --help)".to_owned()))
        }
        ErrorKind::UnknownArgument => Instead::Wrong(Stop::Usage(unknown_argument(error))),
        ErrorKind::TooManyValues | ErrorKind::InvalidValue => Instead::Wrong(Stop::Usage(wrong_value(error))),
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

fn wrong_value(error: &clap::Error) -> String {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) => format!("{name} is not used like that (see --help)"),
        _ => "a value is wrong (see --help)".to_owned(),
    }
}

fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    format!("{} (see --help)", paragraph.trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn wrong(arguments: &[&str]) -> String {
        let line = std::iter::once(&"roster").chain(arguments);
        let error = CommandLine::try_parse_from(line).unwrap_err();
        match instead(&error) {
            Instead::Wrong(stop @ Stop::Usage(_)) => stop.line(),
            Instead::Wrong(stop) => panic!("not wrong usage: {stop}"),
            Instead::Help(text) => panic!("help: {text}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        <CommandLine as clap::CommandFactory>::command().debug_assert();
    }

    #[rstest]
    #[case(&["serve", "--secret", "c4n4ry"], "--secret")]
    #[case(&["serve", "--secret=c4n4ry"], "--secret")]
    #[case(&["serve", "--intercom-secret=c4n4ry"], "--intercom-secret")]
    #[case(&["admin", "create", "--password=c4n4ry"], "--password")]
    #[case(&["serve", "c4n4ry"], "too many")]
    #[case(&["serve", "--dev=c4n4ry"], "--dev")]
    #[case(&["serve", "--listen"], "--listen")]
    #[case(&["client", "create"], "--id")]
    #[case(&[], "command")]
    #[case(&["db"], "command")]
    fn wrong_usage_is_one_line_that_repeats_no_value(#[case] arguments: &[&str], #[case] part: &str) {
        let line = wrong(arguments);
        assert!(line.contains(part) && !line.contains("c4n4ry") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn settings_and_json_may_follow_the_command() {
        let line =
            CommandLine::try_parse_from(["roster", "serve", "--listen", "[::1]:80", "--json"]).unwrap();
        assert_eq!(line.output(), Output::Json);
        let (_, sources) = line.into_parts(Vec::new());
        let flags: Vec<_> = sources.flags.0.iter().map(|(slot, text)| (slot.name(), text.as_str())).collect();
        assert_eq!(flags, [("listen".to_owned(), "[::1]:80")]);
    }

    #[test]
    fn every_command_answers_help_with_the_settings() {
        for command in [vec!["serve"], vec!["db", "migrate"], vec!["admin", "create"], vec!["openapi"]] {
            let line = std::iter::once("roster").chain(command).chain(["--help"]);
            let error = CommandLine::try_parse_from(line).unwrap_err();
            assert!(matches!(instead(&error), Instead::Help(text) if text.contains("--data-dir")));
        }
    }
}
