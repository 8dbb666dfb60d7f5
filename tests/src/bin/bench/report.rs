use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use crate::settings::Settings;

/// What was measured, as a table.
pub(crate) struct Report {
    text: String,
}

/// What the ratio of two figures, or one figure, should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// It is told for what it explains.
    None,
}

/// One line of the table.
pub(crate) struct Row<'a> {
    /// The line of the goals that it belongs to.
    pub(crate) line: &'a str,
    /// What was measured, and in what.
    pub(crate) what: &'a str,
    /// What the service showed.
    pub(crate) ours: String,
    /// What the other thing showed.
    pub(crate) theirs: String,
    /// The figure that the goal is about.
    pub(crate) ratio: f64,
    /// The goal.
    pub(crate) goal: Goal,
}

impl Report {
    pub(crate) fn new(settings: &Settings) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let mut report = Self { text: String::new() };
        let rounds = settings.rounds;
        let seconds = settings.window.as_secs();
        report.write(format_args!(
            "{cores} cores, {} users, medians of {rounds} rounds of {seconds} s",
            settings.users
        ));
        report.write(format_args!(
            "{:<4} {:<62} {:>12} {:>12} {:>7}  goal",
            "", "", "ours", "against", "ratio"
        ));
        report
    }

    /// Adds a line.
    pub(crate) fn row(&mut self, row: &Row<'_>) {
        let Row { line, what, ours, theirs, ratio, goal } = row;
        self.write(format_args!(
            "{line:<4} {what:<62} {ours:>12} {theirs:>12} {ratio:>7.2}  {}",
            goal.judge(*ratio)
        ));
    }

    /// Adds what has no figure to compare.
    pub(crate) fn note(&mut self, line: &str, text: &str) {
        self.write(format_args!("{line:<4} {text}"));
    }

    /// Prints the table and keeps it in this file.
    pub(crate) fn publish(&self, path: &Path) -> anyhow::Result<()> {
        print!("{}", self.text);
        fs::write(path, &self.text)?;
        Ok(())
    }

    fn write(&mut self, line: fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _ = writeln!(self.text, "{line}");
    }
}

impl Goal {
    fn judge(self, value: f64) -> String {
        let verdict = |is_met: bool| if is_met { "met" } else { "MISSED" };
        match self {
            Self::AtLeast(least) => format!(">= {least} {}", verdict(value >= least)),
            Self::AtMost(most) => format!("<= {most} {}", verdict(value <= most)),
            Self::None => String::new(),
        }
    }
}

/// A figure with the digits that mean something.
pub(crate) fn figure(value: f64, unit: &str) -> String {
    let digits = if value >= 100.0 { 0 } else { 2 };
    format!("{value:.digits$}{unit}")
}
