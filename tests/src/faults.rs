use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

use crate::preload;

/// A disk that breaks on demand, under the files of a folder.
#[derive(Debug)]
pub struct Faults {
    own: TempDir,
    library: PathBuf,
    root: PathBuf,
}

/// Calls that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Those that write.
    Writes,
    /// Those that flush.
    Flushes,
    /// Those that write, stretch, cut and flush.
    All,
}

/// What they say when they fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// `EIO`: the disk is broken.
    Broken,
    /// `ENOSPC`: the disk is full.
    Full,
    /// `EROFS`: the disk can only be read any more.
    ReadOnly,
    /// `EACCES`: the right to it was lost.
    Forbidden,
}

impl Faults {
    /// Under this folder; nothing fails yet. None where this cannot be built.
    pub fn under(folder: &Path) -> Option<Self> {
        let own = tempfile::tempdir().expect("a temporary folder");
        let library = preload::build("faults.c", own.path(), "no disk broke")?;
        let root = folder.canonicalize().expect("the folder is there");
        Some(Self { own, library, root })
    }

    /// What a process needs in its environment to suffer from it.
    pub fn environment(&self) -> [(&'static str, OsString); 3] {
        [
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAULTS_ROOT", self.root.clone().into()),
            ("FAULTS_FILE", self.orders().into()),
        ]
    }

    /// From now on, each so-many-th of these calls fails.
    pub fn fail(&self, calls: Calls, error: Error, every: u32) {
        let kinds = match calls {
            Calls::Writes => "w",
            Calls::Flushes => "f",
            Calls::All => "wsf",
        };
        // The numbers of Linux.
        let number = match error {
            Error::Broken => 5,
            Error::Forbidden => 13,
            Error::Full => 28,
            Error::ReadOnly => 30,
        };
        fs::write(self.orders(), format!("{kinds} {number} {every}\n")).expect("the orders can be written");
    }

    /// From now on nothing fails.
    pub fn heal(&self) {
        fs::remove_file(self.orders()).expect("there are orders");
    }

    fn orders(&self) -> PathBuf {
        self.own.path().join("orders")
    }
}
