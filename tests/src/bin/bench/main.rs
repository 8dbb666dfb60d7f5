//! Measures the service: always two things side by side, in turns, in one run on one machine.
//!
//! `tests/bench.sh` builds what is needed and runs it; docs/benchmarks.md says what each line means.

mod access_writes;
mod account_reads;
mod connection;
mod constant_server;
mod database_server;
mod decisions;
mod figures;
mod footprint;
mod load;
mod on_postgres;
mod pgbench;
mod ports;
mod process;
mod reads_under_sign_ins;
mod report;
mod roster_server;
mod settings;
mod user_statement;
mod world;

use anyhow::{Context, bail};
use std::env;
use std::path::Path;

use report::Report;
use settings::Settings;
use world::World;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [constant_server::COMMAND, address, size] => constant_server::serve(address, size),
        [roster_server::COMMAND, address, data] => roster_server::serve(address, Path::new(data)),
        lines => measure(lines),
    }
}

/// Measures the lines of this name, or all, and reports.
fn measure(names: &[&str]) -> anyhow::Result<()> {
    type Line = fn(&Settings, &World, &mut Report) -> anyhow::Result<()>;
    let lines: [(&str, Line); 7] = [
        ("S1", account_reads::measure),
        ("S2", on_postgres::measure),
        ("S3", user_statement::measure),
        ("S4", access_writes::measure),
        ("S7", reads_under_sign_ins::measure),
        ("S8", decisions::measure),
        ("S10", footprint::measure),
    ];
    if let Some(unknown) = names.iter().find(|name| !lines.iter().any(|(known, _)| known == *name)) {
        bail!("there is no line {unknown}");
    }
    let settings = Settings::from_environment()?;
    let world = World::make(&settings).context("cannot make the people to measure with")?;
    let mut report = Report::new(&settings);
    for (name, line) in lines {
        if names.is_empty() || names.contains(&name) {
            eprintln!("measuring {name}");
            line(&settings, &world, &mut report).with_context(|| format!("cannot measure {name}"))?;
        }
    }
    report.publish(&settings.out.join("report.txt"))
}
