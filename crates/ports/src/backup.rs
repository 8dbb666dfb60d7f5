use roster_domain::PictureName;
use thiserror::Error;

use crate::Picture;

/// Why no backup was made.
#[derive(Debug, Error)]
pub enum BackupError {
    /// What is to be backed up cannot be read.
    #[error("the database cannot be read: {0}")]
    Unreadable(String),
    /// The backup cannot be written where it shall be.
    #[error("cannot write {0}")]
    Unwritable(String),
    /// What was written is not what there was.
    #[error("the copy does not hold what it should: {0}")]
    Unfaithful(String),
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// How long it is, in bytes.
    pub bytes: u64,
    /// Each table, by its name, with the number of its rows; the pictures are one of them.
    pub rows: Vec<(String, u64)>,
}

impl BackedUp {
    /// The number of rows of a table; none of one that there is not.
    pub fn rows_of(&self, table: &str) -> u64 {
        self.rows.iter().find(|(name, _)| name == table).map_or(0, |(_, rows)| *rows)
    }
}

/// A backup in the making, in a file or another database. Nobody uses it before it is finished.
///
/// Its methods block, and may take as long as reading all that is stored: they are for a process of their own.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait BackupDraft {
    /// Takes everything that the store holds at one moment, in the place of what was taken before; writes to the store go on
    /// meanwhile. Pictures that were added stay.
    fn take_snapshot(&mut self) -> Result<(), BackupError>;

    /// At most `take` pictures to which the snapshot refers and that it lacks, in the order of their names, after this one.
    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> Result<Vec<PictureName>, BackupError>;

    /// Adds a picture.
    fn add(&mut self, picture: &Picture) -> Result<(), BackupError>;

    /// Lets go of pictures to which the snapshot does not refer, verifies all that was written, makes it durable, and
    /// gives it its name.
    fn finish(&mut self) -> Result<BackedUp, BackupError>;
}
