use serde_json::json;

use crate::settings::Settings;
use crate::{DataFolder, Output, Stop, assembly, logging};

/// Brings the schema up to date, and says what it did.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    logging::start_if_chosen(settings);
    let folder = DataFolder::of(settings)?;
    let applied = assembly::migrate(settings, folder.as_ref())?;
    let text = if applied.is_empty() {
        "the schema is up to date".to_owned()
    } else {
        format!("ran {}", applied.join("\nran "))
    };
    output.say(&text, &json!({ "applied": applied }))
}
