use roster_domain::ClientId;
use roster_usecases::RequestContext;
use roster_usecases::clients::{disable_client, enable_client};
use serde_json::json;

use super::refused;
use crate::commands::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Disables a client.
pub(super) fn disable(id: &ClientId, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let disabled = disable_client(&ports, &RequestContext::fresh(&ports), id).await;
        disabled.map_err(|failure| refused(id, failure))?;
        output
            .say(&format!("disabled the client {id}"), &json!({ "client_id": id.as_str(), "disabled": true }))
    })
}

/// Enables a client again.
pub(super) fn enable(id: &ClientId, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let enabled = enable_client(&ports, &RequestContext::fresh(&ports), id).await;
        enabled.map_err(|failure| refused(id, failure))?;
        output
            .say(&format!("enabled the client {id}"), &json!({ "client_id": id.as_str(), "disabled": false }))
    })
}
