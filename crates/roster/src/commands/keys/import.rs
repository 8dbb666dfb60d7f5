use clap::Args;
use roster_usecases::RequestContext;
use roster_usecases::keys::{KeyNotImported, import_key};
use serde_json::json;
use std::path::PathBuf;

use crate::commands::{block_on, time, world};
use crate::settings::Settings;
use crate::{Output, Stop, secret_file};

/// Which file.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file that holds the key; only its owner may read it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Imports a signing key.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    let file = arguments.file.display();
    let pem = secret_file::read(&arguments.file).map_err(|error| Stop::Usage(format!("{file} {error}")))?;
    block_on(async {
        let ports = world(settings).await?.ports;
        let key =
            import_key(&ports, &RequestContext::fresh(&ports), &pem).await.map_err(|error| match error {
                KeyNotImported::Store(error) => error.into(),
                unfit => Stop::Failure(format!("{file} {unfit}")),
            })?;
        let signs_from = time(key.term.signs_from);
        output.say(
            &format!("imported the {} key {}, which signs from {signs_from}", key.algorithm, key.id),
            &json!({ "kid": key.id.as_str(), "alg": key.algorithm.as_str(), "signs_from": signs_from }),
        )
    })
}
