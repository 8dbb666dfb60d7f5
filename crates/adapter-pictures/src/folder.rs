use async_trait::async_trait;
use roster_domain::PictureName;
use roster_ports::{Picture, PictureKeepError, PictureKeeper, PictureLock};
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::name_locks::NameLocks;

/// Keeps pictures as files of their names, in subfolders of the first two digits: `ab/ab….jpg`.
///
/// A file appears under its name whole and durable, or not at all. Only the owner may read files and folders.
pub struct PictureFolder {
    root: Arc<Path>,
    locks: NameLocks,
    /// Numbers temporary names, so that two writers never share one.
    writes: Arc<AtomicU64>,
}

const TEMPORARY: &str = "tmp";

impl PictureFolder {
    /// Opens the folder, and makes it where there is none.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let root: PathBuf = path.into();
        make_root(&root)?;
        Ok(Self::as_it_is(root))
    }

    /// The folder for looking at it: where there is none, there are no pictures.
    pub fn as_it_is(path: impl Into<PathBuf>) -> Self {
        let root: PathBuf = path.into();
        Self { root: root.into(), locks: NameLocks::default(), writes: Arc::default() }
    }

    /// Removes what an earlier process left half written. Only for the process that holds the lock on the data folder:
    /// it would take the pictures that another one is about to keep.
    pub fn remove_leftovers(&self) -> io::Result<()> {
        for entry in fs::read_dir(&*self.root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                remove_temporaries(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Runs file work where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, PictureKeepError> {
        let root = Arc::clone(&self.root);
        match tokio::task::spawn_blocking(move || work(&root)).await {
            Ok(done) => done.map_err(|error| PictureKeepError(error.to_string())),
            Err(panic) => Err(PictureKeepError(panic.to_string())),
        }
    }
}

#[async_trait]
impl PictureKeeper for PictureFolder {
    async fn lock(&self, name: &PictureName) -> Result<Box<dyn PictureLock>, PictureKeepError> {
        Ok(self.locks.lock(*name).await)
    }

    async fn keep(&self, picture: &Picture) -> Result<(), PictureKeepError> {
        let (picture, writes) = (picture.clone(), Arc::clone(&self.writes));
        self.blocking(move |root| keep(root, &picture, writes.fetch_add(1, Ordering::Relaxed))).await
    }

    async fn load(&self, name: &PictureName) -> Result<Option<Vec<u8>>, PictureKeepError> {
        let name = *name;
        self.blocking(move |root| unless_missing(fs::read(subfolder(root, &name).join(name.to_string()))))
            .await
    }

    async fn erase(&self, name: &PictureName) -> Result<(), PictureKeepError> {
        let name = *name;
        self.blocking(move |root| erase(root, &name)).await
    }

    async fn list(&self, first: u8) -> Result<Vec<PictureName>, PictureKeepError> {
        self.blocking(move |root| list(root, first)).await
    }

    fn is_whole(&self, picture: &Picture) -> bool {
        <[u8; 32]>::from(Sha256::digest(&picture.bytes)) == picture.name.sha256
    }
}

fn subfolder(root: &Path, name: &PictureName) -> PathBuf {
    let [first, ..] = name.sha256;
    root.join(format!("{first:02x}"))
}

fn keep(root: &Path, picture: &Picture, write: u64) -> io::Result<()> {
    let folder = subfolder(root, &picture.name);
    make_subfolder(&folder)?;
    // Also when another has just made it, whose own call may not have come so far.
    sync_folder(root)?;
    let temporary = folder.join(format!("{}.{write}.{TEMPORARY}", picture.name));
    let written = write_durably(&temporary, &picture.bytes)
        .and_then(|()| fs::rename(&temporary, folder.join(picture.name.to_string())));
    if written.is_err() {
        // The first error is the one to tell; what cannot be removed now goes when the folder is next opened.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_folder(&folder))
}

/// Makes the folder and those above it durably: what is in a folder is lost with its name.
fn make_root(root: &Path) -> io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let missing: Vec<&Path> = root.ancestors().take_while(is_missing).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(root)?;
    missing.into_iter().try_for_each(|made| made.canonicalize()?.parent().map_or(Ok(()), sync_folder))
}

fn make_subfolder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn erase(root: &Path, name: &PictureName) -> io::Result<()> {
    let folder = subfolder(root, name);
    match unless_missing(fs::remove_file(folder.join(name.to_string())))? {
        Some(()) => sync_folder(&folder),
        None => Ok(()),
    }
}

fn list(root: &Path, first: u8) -> io::Result<Vec<PictureName>> {
    let Some(entries) = unless_missing(fs::read_dir(root.join(format!("{first:02x}"))))? else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries {
        // What is half written, and what others put here, has no name of a picture.
        names.extend(entry?.file_name().to_str().and_then(|name| name.parse::<PictureName>().ok()));
    }
    names.retain(|name| name.sha256.first() == Some(&first));
    names.sort_unstable();
    Ok(names)
}

fn remove_temporaries(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new(TEMPORARY)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Makes the names in a folder durable.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn unless_missing<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::PictureFormat;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn picture(byte: u8) -> Picture {
        let name = PictureName { sha256: [byte; 32], format: PictureFormat::Png };
        Picture { name, bytes: vec![byte; 1_000] }
    }

    fn folder() -> (TempDir, PictureFolder) {
        let parent = TempDir::new().unwrap();
        let folder = PictureFolder::open(parent.path().join("pictures")).unwrap();
        (parent, folder)
    }

    fn files_below(path: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
    }

    #[tokio::test]
    async fn what_is_kept_is_loaded_until_erased() {
        let (_parent, folder) = folder();
        let picture = picture(0xab);
        assert_eq!(folder.load(&picture.name).await.unwrap(), None);
        folder.keep(&picture).await.unwrap();
        folder.keep(&picture).await.unwrap();
        assert_eq!(folder.load(&picture.name).await.unwrap(), Some(picture.bytes.clone()));
        folder.erase(&picture.name).await.unwrap();
        assert_eq!(folder.load(&picture.name).await.unwrap(), None);
        folder.erase(&picture.name).await.unwrap();
    }

    #[tokio::test]
    async fn pictures_do_not_touch_each_other() {
        let (_parent, folder) = folder();
        let (one, other) = (picture(1), picture(2));
        let jpeg = PictureName { format: PictureFormat::Jpeg, ..one.name };
        folder.keep(&one).await.unwrap();
        folder.keep(&other).await.unwrap();
        assert_eq!(folder.load(&jpeg).await.unwrap(), None);
        folder.erase(&one.name).await.unwrap();
        assert_eq!(folder.load(&other.name).await.unwrap(), Some(other.bytes));
    }

    #[tokio::test]
    async fn files_lie_under_their_first_two_digits_for_their_owner_alone() {
        let (parent, folder) = folder();
        folder.keep(&picture(0x0c)).await.unwrap();
        let root = parent.path().join("pictures");
        let file = root.join("0c").join(format!("{}.png", "0c".repeat(32)));
        assert_eq!(files_below(&root), std::slice::from_ref(&file));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&root), mode(&root.join("0c")), mode(&file)), (0o700, 0o700, 0o600));
    }

    #[tokio::test]
    async fn what_was_left_half_written_goes_when_that_is_asked_for() {
        let (parent, folder) = folder();
        let root = parent.path().join("pictures");
        folder.keep(&picture(7)).await.unwrap();
        let kept = files_below(&root);
        fs::write(root.join("07").join(format!("{}.png.3.tmp", "07".repeat(32))), b"half").unwrap();
        fs::write(root.join("stray"), b"not ours").unwrap();
        let folder = PictureFolder::open(&root).unwrap();
        assert_eq!(files_below(&root.join("07")).len(), 2);
        folder.remove_leftovers().unwrap();
        assert_eq!(files_below(&root.join("07")), kept);
        assert!(root.join("stray").exists());
        assert!(folder.load(&picture(7).name).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn pictures_are_listed_by_the_first_byte_of_their_names() {
        let (parent, folder) = folder();
        let jpeg = PictureName { format: PictureFormat::Jpeg, ..picture(7).name };
        for name in [picture(7).name, jpeg, picture(8).name] {
            folder.keep(&Picture { name, bytes: vec![1] }).await.unwrap();
        }
        let shelf = parent.path().join("pictures/07");
        for stray in ["notes.txt", &format!("{}.png.3.tmp", "07".repeat(32)), &picture(9).name.to_string()] {
            fs::write(shelf.join(stray), b"not ours").unwrap();
        }
        assert_eq!(folder.list(7).await.unwrap(), [jpeg, picture(7).name]);
        assert_eq!(folder.list(9).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_has_no_pictures_and_is_not_made() {
        let parent = TempDir::new().unwrap();
        let path = parent.path().join("pictures");
        let folder = PictureFolder::as_it_is(&path);
        assert_eq!(folder.load(&picture(1).name).await.unwrap(), None);
        assert_eq!(folder.list(1).await.unwrap(), []);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_picture_is_whole_while_its_bytes_are_those_of_its_name() {
        let (_parent, folder) = folder();
        let bytes = b"abc".to_vec();
        let sha256 = Sha256::digest(&bytes).into();
        let mut whole = Picture { name: PictureName { sha256, format: PictureFormat::Png }, bytes };
        assert!(folder.is_whole(&whole));
        whole.bytes.pop();
        assert!(!folder.is_whole(&whole));
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_written_is_an_error_and_leaves_nothing() {
        let (parent, folder) = folder();
        let root = parent.path().join("pictures");
        let taken = root.join("09").join(picture(9).name.to_string());
        fs::create_dir_all(taken.join("in the way")).unwrap();
        assert!(folder.keep(&picture(9)).await.is_err());
        assert_eq!(files_below(&root), Vec::<PathBuf>::new());
        assert!(folder.load(&picture(9).name).await.is_err());
        assert!(PictureFolder::open(root.join("09/x/\0")).is_err());
    }

    #[tokio::test]
    async fn many_keep_the_same_picture_at_once() {
        let (parent, folder) = folder();
        let folder = Arc::new(folder);
        let keep = |_| {
            let folder = Arc::clone(&folder);
            tokio::spawn(async move {
                let _lock = folder.lock(&picture(5).name).await;
                folder.keep(&picture(5)).await
            })
        };
        for kept in (0..20).map(keep).collect::<Vec<_>>() {
            kept.await.unwrap().unwrap();
        }
        assert_eq!(files_below(&parent.path().join("pictures")).len(), 1);
    }
}
