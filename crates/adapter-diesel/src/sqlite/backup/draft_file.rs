use diesel::result::Error;
use roster_ports::BackupError;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::sqlite::errors::is_damage;

/// A file under a temporary name beside the one that it shall be. It goes when it is dropped, unless it was published.
pub(super) struct DraftFile {
    path: PathBuf,
    file: PathBuf,
    is_published: bool,
}

impl DraftFile {
    /// Makes an empty file that only its owner can read.
    pub(super) fn create(file: PathBuf) -> Result<Self, BackupError> {
        let mut name = file.file_name().map(OsString::from).unwrap_or_default();
        name.push(format!(".{}.draft", std::process::id()));
        let draft = Self { path: file.with_file_name(name), file, is_published: false };
        draft.refuse_existing()?;
        // What an earlier process of this id left behind.
        let _ = fs::remove_file(&draft.path);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft.path);
        made.map_err(|error| draft.unwritable(error))?;
        Ok(draft)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file that it shall be, for people.
    pub(super) fn place(&self) -> String {
        self.file.display().to_string()
    }

    /// Makes the file durable and gives it its name; returns its length. Whoever looks there sees all of it or nothing.
    pub(super) fn publish(&mut self) -> Result<u64, BackupError> {
        self.refuse_existing()?;
        let published = self.make_durable().and_then(|bytes| {
            fs::rename(&self.path, &self.file)?;
            self.is_published = true;
            File::open(self.folder())?.sync_all()?;
            Ok(bytes)
        });
        published.map_err(|error| self.unwritable(error))
    }

    fn make_durable(&self) -> std::io::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    fn folder(&self) -> &Path {
        self.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Also a link that leads nowhere is something.
    fn refuse_existing(&self) -> Result<(), BackupError> {
        match self.file.symlink_metadata() {
            Ok(_) => Err(self.unwritable("there is something of that name already")),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn unwritable(&self, cause: impl std::fmt::Display) -> BackupError {
        BackupError::Unwritable(format!("{}: {cause}", self.file.display()))
    }

    /// What a failed statement means: it read the database and wrote here.
    pub(super) fn failed(&self, error: &Error) -> BackupError {
        if is_damage(error) { BackupError::Unreadable(error.to_string()) } else { self.unwritable(error) }
    }
}

impl Drop for DraftFile {
    fn drop(&mut self) {
        if !self.is_published {
            // The error that led here is the one to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}
