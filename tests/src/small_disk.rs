use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

use crate::missing::needed;

/// A disk of a few megabytes, in memory.
#[derive(Debug)]
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one of so many megabytes. None where that is not allowed, which is told as of a missing program.
    pub fn of(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = format!("size={megabytes}m,mode=700");
        let mounted = mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
        needed(
            mounted.then_some(Self(folder)),
            "no file system can be mounted (only root may): no disk was full or read-only",
        )
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills it until only so many bytes are left.
    pub fn fill(&self, left: usize) {
        let mut file =
            OpenOptions::new().append(true).create(true).open(self.filler()).expect("a file can be made");
        let mut written = 0;
        for size in [64 * 1024, 4 * 1024] {
            let piece = vec![1; size];
            while file.write_all(&piece).is_ok() {
                written += size;
            }
        }
        let kept = written.saturating_sub(left);
        file.set_len(u64::try_from(kept).expect("a size")).expect("the file can be cut");
    }

    /// Frees what was filled.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    /// Makes it readable alone. Nobody may have a file of it open for writing.
    pub fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], self.path()), "nobody writes");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // At once from here, and for good when the last file on it is closed.
        Command::new("umount").arg("-l").arg(self.path()).status().ok();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}
