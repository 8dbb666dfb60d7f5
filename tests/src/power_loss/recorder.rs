use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

use crate::power_loss::disk::Disk;
use crate::power_loss::recording::Recording;
use crate::preload;

/// Writes down what processes do to the files of a folder, from the moment when it is made.
#[derive(Debug)]
pub struct Recorder {
    own: TempDir,
    library: PathBuf,
    root: PathBuf,
    before: Disk,
}

impl Recorder {
    /// Of all that happens in this folder; none where it cannot be built, which is told as of any missing program.
    pub fn of(folder: &Path) -> Option<Self> {
        let own = tempfile::tempdir().expect("a temporary folder");
        let library = preload::build("recorder.c", own.path(), "no power was cut")?;
        fs::write(own.path().join("log"), "").expect("the log can be made");
        let root = folder.canonicalize().expect("the folder is there");
        let before = Disk::of(&root);
        Some(Self { own, library, root, before })
    }

    /// What a process needs in its environment to be recorded.
    pub fn environment(&self) -> [(&'static str, OsString); 3] {
        [
            ("LD_PRELOAD", self.library.clone().into()),
            ("RECORDER_ROOT", self.root.clone().into()),
            ("RECORDER_LOG", self.log().into()),
        ]
    }

    /// The moment now, comparable with those of the recording: whatever was done before is recorded before it.
    pub fn now(&self) -> u64 {
        fs::metadata(self.log()).expect("the log is there").len()
    }

    /// What was recorded until now. No process may be writing any more.
    ///
    /// It is complete: played to its end it makes the very folder that is there.
    pub fn recording(&self) -> Recording {
        let log = fs::read(self.log()).expect("the log can be read");
        let recording = Recording::parse(&log, self.before.clone());
        recording.assert_makes(&self.root);
        recording
    }

    fn log(&self) -> PathBuf {
        self.own.path().join("log")
    }
}
