use roster_domain::PictureName;
use roster_ports::{BackedUp, BackupDraft, BackupError, Picture};
use std::path::PathBuf;

use super::draft_file::DraftFile;
use super::{on_draft, verify};
use crate::copying::{CopyEnd, CopyError, DatabaseCopy, PICTURES};
use crate::sqlite::statements::migrate_locked;

/// A backup in the making of a database that is no file: a copy of it in a SQLite file that only its owner can read.
pub struct CopiedBackup {
    /// Gone once the draft is finished.
    copy: Option<DatabaseCopy>,
    draft: DraftFile,
}

impl CopiedBackup {
    /// Begins a backup of a database into a file that must not be there yet.
    pub fn begin(from: &CopyEnd, file: impl Into<PathBuf>) -> Result<Self, BackupError> {
        let source = from.open_source().map_err(|error| BackupError::Unreadable(error.to_string()))?;
        let draft = DraftFile::create(file.into())?;
        let mut target = on_draft(draft.path()).map_err(|error| draft.unwritable(error))?;
        migrate_locked(&mut target).map_err(|error| draft.unwritable(error))?;
        let copy = DatabaseCopy::between(source, Box::new(target), draft.place(), |_, _| {});
        match copy {
            Ok(copy) => Ok(Self { copy: Some(copy), draft }),
            Err(CopyError::Failed(error)) => Err(error),
            Err(error) => Err(draft.unwritable(error)),
        }
    }

    fn copy(&mut self) -> Result<&mut DatabaseCopy, BackupError> {
        self.copy.as_mut().ok_or_else(|| self.draft.unwritable("it is finished"))
    }
}

impl BackupDraft for CopiedBackup {
    fn take_snapshot(&mut self) -> Result<(), BackupError> {
        self.copy()?.take_snapshot()
    }

    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> Result<Vec<PictureName>, BackupError> {
        self.copy()?.lacking(after, take)
    }

    fn add(&mut self, picture: &Picture) -> Result<(), BackupError> {
        self.copy()?.add(picture)
    }

    fn finish(&mut self) -> Result<BackedUp, BackupError> {
        let mut rows = self.copy()?.finish()?.rows;
        drop(self.copy.take());
        rows.retain(|(table, _)| table != PICTURES);
        let rows = verify::verified(&self.draft, &rows)?;
        Ok(BackedUp { bytes: self.draft.publish()?, rows })
    }
}
