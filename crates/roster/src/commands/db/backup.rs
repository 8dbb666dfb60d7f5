use clap::Args;
use roster_ports::BackedUp;
use roster_usecases::safekeeping::back_up;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

use super::super::block_on;
use crate::assembly::Opener;
use crate::settings::Settings;
use crate::{Output, Stop, assembly, logging};

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to make. One that is there already is never replaced.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Backs everything up.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    logging::start_if_chosen(settings);
    block_on(async {
        let mut draft = assembly::begin_backup(settings, &arguments.file).map_err(Stop::failure)?;
        let store = assembly::open(settings, Opener::Onlooker)?.store;
        let pictures = assembly::pictures_as_they_are(settings, &store);
        let made = back_up(&*pictures, &mut *draft).await.map_err(Stop::failure)?;
        tell(&arguments.file, &made, output)
    })
}

fn tell(file: &Path, made: &BackedUp, output: Output) -> Result<(), Stop> {
    let [users, pictures, events] = ["users", "pictures", "events"].map(|table| made.rows_of(table));
    let (name, bytes) = (file.display().to_string(), made.bytes);
    let rows: Map<String, Value> =
        made.rows.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect();
    output.say(
        &format!("backed up {users} users, {pictures} pictures and {events} events into {name} ({bytes} bytes)"),
        &json!({
            "file": name, "bytes": bytes, "users": users, "pictures": pictures, "events": events, "rows": rows,
        }),
    )
}
