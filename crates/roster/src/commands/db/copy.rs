use clap::Args;
use roster_adapter_diesel::{Compared, Summary};
use roster_usecases::safekeeping::{back_up, check_secrets};
use serde_json::{Value, json};

use super::super::block_on;
use crate::assembly::DatabasePair;
use crate::master_secret::at_hand;
use crate::settings::{Database, Settings, database_argument};
use crate::{Output, Stop, logging};

/// The word for the database of the settings.
const CONFIGURED: &str = "configured";

/// Pieces of rows are told of as often as this.
const TOLD_EACH: u64 = 10_000;

/// From where to where.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The database to copy: sqlite:// and the path of a file, a postgres:// URL without a password, or `configured` for
    /// the one of the settings.
    #[arg(value_name = "FROM")]
    from: String,
    /// The database to copy to, named alike. It must be empty, or hold what an interrupted copy left.
    #[arg(value_name = "TO")]
    to: String,
}

/// Copies everything from one database to another, and compares.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    logging::start_if_chosen(settings);
    if arguments.from == arguments.to {
        return Err(Stop::Usage("FROM and TO must be two databases".to_owned()));
    }
    let from = database(settings, "FROM", &arguments.from)?;
    let to = database(settings, "TO", &arguments.to)?;
    let is_from_configured = arguments.from == CONFIGURED;
    block_on(copy(arguments, DatabasePair { settings, from, is_from_configured, to }, output))
}

/// What an argument names.
fn database(settings: &Settings, name: &str, argument: &str) -> Result<Database, Stop> {
    if argument == CONFIGURED {
        return Ok(settings.database.clone());
    }
    database_argument(argument).map_err(|fault| Stop::Usage(format!("{name} {fault}")))
}

async fn copy(arguments: &Arguments, pair: DatabasePair<'_>, output: Output) -> Result<(), Stop> {
    let source = pair.source()?;
    if let Some(given) = at_hand(pair.settings)?
        && check_secrets(&*source, Some(&given)).await?.is_strange
    {
        return Err(Stop::Usage("the master secret is none that FROM was used with".to_owned()));
    }
    let pictures = pair.pictures(&source);
    let mut copy = pair.begin_copy(progress()).map_err(Stop::failure)?;
    let made = back_up(&*pictures, &mut copy).await;
    if !copy.compared().is_empty() {
        tell(arguments, copy.compared(), output)?;
    }
    made.map(drop).map_err(Stop::failure)
}

/// Tells how far the copy is, on standard error, where nobody looks for the answer.
fn progress() -> impl FnMut(&'static str, u64) {
    let mut last = "";
    move |table, rows| {
        if std::mem::replace(&mut last, table) != table || rows.is_multiple_of(TOLD_EACH) {
            eprintln!("{table}: {rows} rows");
        }
    }
}

fn tell(arguments: &Arguments, compared: &[Compared], output: Output) -> Result<(), Stop> {
    let lines: Vec<String> = compared.iter().map(line).collect();
    let tables: Vec<Value> = compared.iter().map(table).collect();
    let is_same = compared.iter().all(|it| it.source == it.target);
    output.say(
        &lines.join("\n"),
        &json!({ "from": arguments.from, "to": arguments.to, "same": is_same, "tables": tables }),
    )
}

fn line(Compared { table, source, target }: &Compared) -> String {
    let told = |it: &Summary| format!("{} rows, {}", it.rows, it.checksum());
    if source == target {
        return format!("{table}: {} in both", told(source));
    }
    format!("{table}: DIFFERENT: {} in FROM; {} in TO", told(source), told(target))
}

fn table(Compared { table, source, target }: &Compared) -> Value {
    json!({
        "table": table,
        "from": { "rows": source.rows, "sha256": source.checksum() },
        "to": { "rows": target.rows, "sha256": target.checksum() },
    })
}
