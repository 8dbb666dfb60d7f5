use roster_usecases::keys::{ListedKey, list_keys};
use serde_json::{Value, json};

use crate::commands::{block_on, time, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Lists the signing keys.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let keys = list_keys(&ports).await?;
        let lines: Vec<String> = keys.iter().map(line).collect();
        let text = if lines.is_empty() {
            "there is no key: the service makes one".to_owned()
        } else {
            lines.join("\n")
        };
        output.say(&text, &Value::Array(keys.iter().map(row).collect()))
    })
}

fn line(key: &ListedKey) -> String {
    let ListedKey { id, algorithm, state, sealed_under, .. } = key;
    let (made, signs) = (time(key.created_at), time(key.signs_from));
    let state = state.as_str();
    format!("{id} {algorithm} {state}: made {made}, signs from {signs}, under master secret {sealed_under}")
}

fn row(key: &ListedKey) -> Value {
    json!({
        "kid": key.id.as_str(),
        "alg": key.algorithm.as_str(),
        "state": key.state.as_str(),
        "created_at": time(key.created_at),
        "signs_from": time(key.signs_from),
        "sealed_under": key.sealed_under.to_string(),
    })
}
