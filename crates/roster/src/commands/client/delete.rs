use roster_domain::ClientId;
use roster_usecases::RequestContext;
use roster_usecases::clients::delete_client;
use serde_json::json;

use super::refused;
use crate::commands::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Deletes a client.
pub(super) fn run(id: &ClientId, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let deleted = delete_client(&ports, &RequestContext::fresh(&ports), id).await;
        deleted.map_err(|failure| refused(id, failure))?;
        output.say(&format!("deleted the client {id}"), &json!({ "client_id": id.as_str(), "deleted": true }))
    })
}
