//! Which master secrets hold: the ones in the settings, else the one that the data folder keeps, made once.

use roster_adapter_crypto::MasterSecrets;
use roster_ports::{Fingerprint, Store};
use roster_usecases::keys::was_used_with_a_secret;
use secrecy::{ExposeSecret, SecretString};
use std::io::ErrorKind;

use crate::settings::{Database, Settings};
use crate::{DataFolder, Stop, secret_file};

/// The master secrets for this database. Makes one where there is none, and never when the database was used with one.
pub(crate) async fn master_secrets(
    settings: &Settings,
    folder: Option<&DataFolder>,
    store: &dyn Store,
) -> Result<MasterSecrets, Stop> {
    if let Some(secrets) = &settings.secret {
        return Ok(secrets.clone());
    }
    refuse_lacking(settings)?;
    let Some(folder) = folder else { return Err(lacking()) };
    if let Some(kept) = keep(folder)? {
        return Ok(kept);
    }
    if was_used_with_a_secret(store).await? {
        let file = folder.secret_file();
        return Err(Stop::Usage(format!(
            "ROSTER_SECRET is not set and {} is missing, but this database was used with a master secret: bring it back",
            file.display()
        )));
    }
    make(folder)
}

/// Refuses settings that lack what the instances on one server must share.
pub(crate) fn refuse_lacking(settings: &Settings) -> Result<(), Stop> {
    match (&settings.secret, &settings.database) {
        (None, Database::Postgres(_)) => Err(lacking()),
        _ => Ok(()),
    }
}

fn lacking() -> Stop {
    Stop::Usage("ROSTER_SECRET is required on PostgreSQL: every instance needs the same".to_owned())
}

/// The fingerprints of the master secrets, where they are at hand; nothing is made.
pub(crate) fn at_hand(settings: &Settings) -> Result<Option<Vec<Fingerprint>>, Stop> {
    let secrets = match &settings.secret {
        Some(secrets) => Some(secrets.clone()),
        None if settings.data_dir.is_dir() && matches!(settings.database, Database::Sqlite(_)) => {
            keep(&DataFolder::open(&settings.data_dir)?)?
        }
        None => None,
    };
    Ok(secrets.map(|secrets| secrets.fingerprints()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;
    use roster_ports::mocks::{MockStore, MockTx};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    struct Place {
        parent: TempDir,
        known: Vec<Fingerprint>,
        variables: Vec<(&'static str, &'static str)>,
    }

    impl Place {
        fn new() -> Self {
            Self { parent: tempfile::tempdir().unwrap(), known: Vec::new(), variables: Vec::new() }
        }

        fn folder(&self) -> DataFolder {
            DataFolder::open(&self.parent.path().join("data")).unwrap()
        }

        fn secrets(&self) -> Result<Vec<Fingerprint>, Stop> {
            let environment = self.variables.iter().map(|(name, text)| (name.into(), text.into())).collect();
            let settings = Settings::load(Sources { environment, ..Sources::default() }).unwrap();
            let mut tx = MockTx::default();
            let known = self.known.clone();
            tx.keys.expect_fingerprints().returning(move || Ok(known.clone()));
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let database = MockStore::over(tx);
            let found = runtime.block_on(master_secrets(&settings, Some(&self.folder()), &database))?;
            Ok(found.fingerprints())
        }
    }

    #[test]
    fn a_secret_is_made_once_and_kept_for_its_owner_alone() {
        let mut place = Place::new();
        let made = place.secrets().unwrap();
        let permissions = fs::metadata(place.folder().secret_file()).unwrap().permissions().mode();
        assert_eq!(permissions & 0o777, 0o600);
        place.known.clone_from(&made);
        assert_eq!(place.secrets().unwrap(), made);
    }

    #[test]
    fn no_secret_is_made_for_a_database_that_was_used_with_one() {
        let mut place = Place::new();
        place.known = vec![Fingerprint([7; 32])];
        let stop = place.secrets().unwrap_err();
        assert!(matches!(&stop, Stop::Usage(line) if line.starts_with("ROSTER_SECRET is not set")), "{stop}");
        assert!(!place.folder().secret_file().exists());
    }

    #[test]
    fn the_settings_beat_the_folder() {
        let mut place = Place::new();
        let local = place.secrets().unwrap();
        place.variables = vec![("ROSTER_SECRET", SECRET)];
        let chosen = MasterSecrets::parse(&SecretString::from(SECRET)).unwrap().fingerprints();
        assert_eq!(place.secrets().unwrap(), chosen);
        assert_ne!(chosen, local);
    }

    #[test]
    fn a_local_secret_that_is_open_or_weak_is_refused() {
        let place = Place::new();
        let path = place.folder().secret_file();
        for (content, mode) in [(SECRET, 0o644), ("c4n4ry", 0o600), ("", 0o600)] {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let stop = place.secrets().unwrap_err();
            assert!(matches!(&stop, Stop::Usage(line) if line.contains("/data/secret must be ")), "{stop}");
            assert!(!stop.line().contains("c4n4ry"), "{stop}");
        }
    }
}
