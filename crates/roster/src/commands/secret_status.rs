use roster_usecases::keys::{SecretState, secret_status};
use serde_json::{Value, json};

use super::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Tells what still hangs on which master secret.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let world = world(settings).await?;
        let report = secret_status(&world.ports, &world.secrets).await?;
        let mut lines: Vec<String> = report.secrets.iter().map(line).collect();
        if report.passwords_without > 0 {
            lines
                .push(format!("{} passwords come from elsewhere and hang on none", report.passwords_without));
        }
        let secrets: Vec<Value> = report.secrets.iter().map(row).collect();
        output.say(
            &lines.join("\n"),
            &json!({ "secrets": secrets, "passwords_without": report.passwords_without }),
        )
    })
}

fn line(secret: &SecretState) -> String {
    let standing = match (secret.is_in_use, secret.is_given) {
        (true, _) => "in use",
        (false, true) => "older, still given",
        (false, false) => "NOT GIVEN",
    };
    let idle = secret.passwords == 0 && secret.signing_keys == 0;
    let advice = match (secret.is_in_use, idle, secret.is_given) {
        (false, true, true) => ": it can be dropped",
        (false, false, false) => ": what hangs on it cannot be used",
        _ => "",
    };
    let (id, passwords, keys) = (secret.id, secret.passwords, secret.signing_keys);
    format!("{id} ({standing}): {passwords} passwords, {keys} signing keys{advice}")
}

fn row(secret: &SecretState) -> Value {
    json!({
        "id": secret.id.to_string(),
        "given": secret.is_given,
        "in_use": secret.is_in_use,
        "passwords": secret.passwords,
        "signing_keys": secret.signing_keys,
    })
}
