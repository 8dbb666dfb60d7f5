use roster_usecases::RequestContext;
use roster_usecases::keys::rotate_keys;
use serde_json::json;

use crate::commands::{block_on, time, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Makes a new signing key.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let key = rotate_keys(&ports, &RequestContext::fresh(&ports)).await?;
        let signs_from = time(key.term.signs_from);
        output.say(
            &format!("made the key {}, which signs from {signs_from}", key.id),
            &json!({ "kid": key.id.as_str(), "alg": key.algorithm.as_str(), "signs_from": signs_from }),
        )
    })
}
