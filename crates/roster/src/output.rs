use serde_json::Value;
use std::io::{self, Write};

use crate::Stop;

/// How a command answers on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// For programs: one JSON value on one line.
    Json,
}

impl Output {
    /// Answers, in the form that was asked for.
    pub(crate) fn say(self, text: &str, json: &Value) -> Result<(), Stop> {
        match self {
            Self::Text => print(text),
            Self::Json => print(&json.to_string()),
        }
    }
}

/// Prints a text and a line break, at once.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    let printed = writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush());
    printed.map_err(|error| Stop::Failure(format!("cannot write to standard output: {error}")))
}
