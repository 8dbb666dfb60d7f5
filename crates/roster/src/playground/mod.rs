//! What `roster serve --dev` makes on an empty database: people, a client and a facility to try the API with.

mod banner;
mod bootstrap;
mod people;
#[cfg(test)]
mod tests;

use roster_domain::ClientId;
use roster_usecases::setup::{is_untouched, make_playground};
use roster_usecases::{Ports, RequestContext};
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::{DataFolder, Stop, secret_file};
use bootstrap::Bootstrap;

/// The client to sign in through.
const CLIENT: &str = "roster-cli";

/// What to tell whoever started the playground.
pub(crate) struct Welcome {
    data: PathBuf,
    file: PathBuf,
    bootstrap: Option<Bootstrap>,
    is_new: bool,
}

impl Welcome {
    /// The text to show, for a service that listens there.
    pub(crate) fn banner(&self, address: SocketAddr) -> String {
        banner::banner(self, &format!("http://{address}"))
    }
}

/// Makes the playground on an empty database; keeps everything on any other.
///
/// The sign-ins are written down before the database hears of them, so that they are never lost.
pub(crate) async fn prepare(
    ports: &Ports,
    context: &RequestContext,
    folder: &DataFolder,
) -> Result<Welcome, Stop> {
    let file = folder.bootstrap_file();
    let client: ClientId = CLIENT.parse().map_err(Stop::failure)?;
    let mut is_new = is_untouched(ports, client).await?;
    if is_new {
        let (playground, bootstrap) = people::draw_up(ports)?;
        let keep = |error| Stop::Failure(format!("cannot keep the sign-ins in {}: {error}", file.display()));
        secret_file::replace(&file, &bootstrap.to_text()).map_err(keep)?;
        is_new = make_playground(ports, context, playground).await?;
        if !is_new {
            // Somebody else filled the database meanwhile: these sign-ins are of nobody.
            fs::remove_file(&file).map_err(keep)?;
        }
    }
    Ok(Welcome { data: folder.path().to_owned(), bootstrap: read(&file)?, file, is_new })
}

/// The sign-ins of an earlier start, where they are still kept.
fn read(file: &PathBuf) -> Result<Option<Bootstrap>, Stop> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Bootstrap::from_text(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::Failure(format!("cannot read {}: {error}", file.display()))),
    }
}
