use clap::Args;
use roster_domain::KeyId;
use roster_usecases::RequestContext;
use roster_usecases::keys::{Revoked, revoke_key};
use serde_json::json;

use crate::commands::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Which key.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name of the key (`kid`).
    #[arg(value_name = "KID", allow_hyphen_values = true)]
    kid: String,
}

/// Takes a key out of use at once.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    let id: KeyId = arguments.kid.parse().map_err(|_| Stop::Usage("KID is no name of a key".to_owned()))?;
    block_on(async {
        let ports = world(settings).await?.ports;
        match revoke_key(&ports, &RequestContext::fresh(&ports), &id).await? {
            Revoked::Unknown => Err(Stop::Failure(format!("there is no key {id}"))),
            Revoked::Gone { signing } => output.say(
                &format!("revoked the key {id}; {signing} signs"),
                &json!({ "kid": id.as_str(), "revoked": true, "signing": signing.as_str() }),
            ),
        }
    })
}
