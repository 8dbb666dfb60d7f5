use std::path::PathBuf;
use std::time::Duration;

use super::connection::{Pragmas, Purpose};

/// How to open a database file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// The file. It is made by migrating, with mode 0600, in a folder that exists.
    pub path: PathBuf,
    /// Whether the file is only looked at and left as it is. Every write fails then.
    pub read_only: bool,
    /// How many connections read, at least 1. Two to four suffice: a read is short, or waits for the disk.
    pub readers: u32,
    /// How many writes may share one flush to disk, at least 1.
    pub max_batch: usize,
    /// How many writes may wait; one more is refused as unavailable.
    pub max_waiting: usize,
    /// How long to wait for a reader connection, and for another process that writes.
    pub patience: Duration,
    /// From which size on the log beside the file is long, in bytes: then writes pause, a quarter of a second at most and now
    /// and then, until those who read are done with it.
    pub long_log: u64,
    /// How many callers are remembered between requests, and twice as many pairs of a person and a
    /// facility.
    pub cached_callers: usize,
}

impl SqliteOptions {
    /// The file at this path, with what suits a service of any size.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            read_only: false,
            readers: 4,
            max_batch: 128,
            max_waiting: 1_024,
            patience: Duration::from_secs(2),
            long_log: 32 << 20,
            cached_callers: 10_000,
        }
    }

    pub(super) const fn pragmas(&self, purpose: Purpose) -> Pragmas {
        let purpose = if self.read_only { Purpose::Looking } else { purpose };
        Pragmas { purpose, patience: self.patience }
    }
}
