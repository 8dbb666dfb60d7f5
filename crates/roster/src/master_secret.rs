//! Which master secrets hold: the ones in the settings, else the one that the data folder keeps, made once.

use roster_adapter_crypto::MasterSecrets;
use roster_ports::Store;
use secrecy::{ExposeSecret, SecretString};
use std::io::ErrorKind;

use crate::settings::Settings;
use crate::{DataFolder, Stop, secret_file};

/// The master secrets for this database. Makes one where there is none, and never when the database was used with one.
pub(crate) async fn master_secrets(
    settings: &Settings,
    folder: &DataFolder,
    store: &dyn Store,
) -> Result<MasterSecrets, Stop> {
    if let Some(secrets) = &settings.secret {
        return Ok(secrets.clone());
    }
    if let Some(kept) = keep(folder)? {
        return Ok(kept);
    }
    let fingerprints = store.read(|tx| tx.keys().fingerprints()).await?;
    if !fingerprints.is_empty() {
        let file = folder.secret_file();
        return Err(Stop::Usage(format!(
            "ROSTER_SECRET is not set and {} is missing, but this database was used with a master secret: bring it back",
            file.display()
        )));
    }
    make(folder)
}

/// The secret that the folder keeps.
fn keep(folder: &DataFolder) -> Result<Option<MasterSecrets>, Stop> {
    let path = folder.secret_file();
    let text = match secret_file::read(&path) {
        Err(secret_file::SecretFileError::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {
            return Ok(None);
        }
        read => {
            read.map_err(|error| Stop::Usage(format!("the local master secret {} {error}", path.display())))?
        }
    };
    parse(folder, &text).map(Some)
}

fn make(folder: &DataFolder) -> Result<MasterSecrets, Stop> {
    let path = folder.secret_file();
    let (secrets, text) = MasterSecrets::generate();
    match secret_file::create(&path, &format!("{}\n", text.expose_secret())) {
        Ok(()) => {
            tracing::info!(file = %path.display(), "made a master secret: back it up, apart from the database");
            Ok(secrets)
        }
        // Another process made one at the same moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            keep(folder)?.ok_or_else(|| Stop::Failure(format!("{} comes and goes", path.display())))
        }
        Err(error) => {
            Err(Stop::Failure(format!("cannot keep a master secret in {}: {error}", path.display())))
        }
    }
}

fn parse(folder: &DataFolder, text: &SecretString) -> Result<MasterSecrets, Stop> {
    MasterSecrets::parse(text).map_err(|weakness| {
        Stop::Usage(format!("the local master secret {} {weakness}", folder.secret_file().display()))
    })
}
