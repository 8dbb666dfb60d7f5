use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::settings::{Database, Settings};
use crate::{Stop, secret_file};

/// The folder of database, pictures and local secrets.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder(PathBuf);

/// Held by the one `roster serve` of a folder, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock(#[expect(dead_code, reason = "the lock falls with the open file")] File);

impl DataFolder {
    /// Opens the folder; makes it with mode 0700 where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, Stop> {
        let made = secret_file::make_folder(path).and_then(|()| path.canonicalize());
        made.map(Self).map_err(|error| cannot_use(path, &error))
    }

    /// The folder of a database that lies in it; none where it lies on a server.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, Stop> {
        match settings.database {
            Database::Sqlite(_) => Self::open(&settings.data_dir).map(Some),
            Database::Postgres(_) => Ok(None),
        }
    }

    /// Whether others than its owner may look into it.
    pub(crate) fn is_open_to_others(&self) -> bool {
        self.0.metadata().is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    }

    /// Its absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the master secret is kept that the first start made.
    pub(crate) fn secret_file(&self) -> PathBuf {
        self.0.join("secret")
    }

    /// Where the sign-ins of the playground are kept.
    pub(crate) fn bootstrap_file(&self) -> PathBuf {
        self.0.join("bootstrap.txt")
    }

    /// Takes the folder for serving. Fails at once while another process has it.
    pub(crate) fn lock(&self) -> Result<FolderLock, Stop> {
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.0.join("serve.lock"));
        let file = opened.map_err(|error| cannot_use(&self.0, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock(file)),
            Err(TryLockError::WouldBlock) => {
                Err(Stop::Failure(format!("another `roster serve` uses {}", self.0.display())))
            }
            Err(TryLockError::Error(error)) => Err(cannot_use(&self.0, &error)),
        }
    }
}

fn cannot_use(path: &Path, error: &io::Error) -> Stop {
    Stop::Failure(format!("cannot use the data folder {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_folder_is_served_by_one_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&parent.path().join("data")).unwrap();
        let lock = folder.lock().unwrap();
        let again = DataFolder::open(folder.path()).unwrap();
        let refused = again.lock().unwrap_err();
        assert!(matches!(&refused, Stop::Failure(line) if line.starts_with("another `roster serve` uses ")));
        drop(lock);
        assert!(again.lock().is_ok());
    }

    #[test]
    fn a_new_folder_is_closed_to_others() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&parent.path().join("a/b")).unwrap();
        assert!(!folder.is_open_to_others());
        assert!(folder.path().is_absolute());
        let _lock = folder.lock().unwrap();
        assert_eq!(fs::metadata(folder.path().join("serve.lock")).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_folder_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let refused = DataFolder::open(&file.join("data")).unwrap_err();
        assert!(matches!(&refused, Stop::Failure(line) if line.starts_with("cannot use the data folder ")));
    }
}
