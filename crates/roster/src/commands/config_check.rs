use serde_json::json;

use crate::settings::Settings;
use crate::{Output, Stop};

/// Says that the settings can be used: whatever is wrong with them ended the command before.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    let warnings = settings.warnings();
    let lines: Vec<_> = std::iter::once("the settings can be used".to_owned())
        .chain(warnings.iter().map(|warning| format!("warning: {warning}")))
        .collect();
    output.say(&lines.join("\n"), &json!({ "valid": true, "warnings": warnings }))
}
