use roster_ports::BackupError;

use crate::OpenError;

/// Why a copy was not begun. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source cannot be opened.
    #[error("the source cannot be copied: {0}")]
    Source(OpenError),
    /// The target cannot be opened.
    #[error("the target cannot be copied to: {0}")]
    Target(OpenError),
    /// The target is in use.
    #[error("the target is not empty: it has rows in {table}")]
    NotEmpty {
        /// A table that has rows.
        table: &'static str,
    },
    /// The target holds another copy.
    #[error(
        "the target holds an unfinished copy of another database, or of this one before it was written to: \
         begin anew with an empty one"
    )]
    OfAnotherSource,
    /// One of them failed.
    #[error(transparent)]
    Failed(#[from] BackupError),
}
