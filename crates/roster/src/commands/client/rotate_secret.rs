use roster_domain::ClientId;
use roster_usecases::RequestContext;
use roster_usecases::clients::rotate_client_secret;
use secrecy::ExposeSecret;
use serde_json::json;

use super::refused;
use crate::commands::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Gives a client a new secret, and tells it this once.
pub(super) fn run(id: &ClientId, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let rotated = rotate_client_secret(&ports, &RequestContext::fresh(&ports), id).await;
        let secret = rotated.map_err(|failure| refused(id, failure))?;
        let secret = secret.expose_secret();
        output.say(
            &format!("client_id: {id}\nclient_secret: {secret}"),
            &json!({ "client_id": id.as_str(), "client_secret": secret }),
        )
    })
}
