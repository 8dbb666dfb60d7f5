//! Files that hold a secret: only their owner may read them, and that must be us.

use secrecy::SecretString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use thiserror::Error;

/// No secret is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What is wrong with a file that should keep a secret, as a predicate. It never repeats the content.
#[derive(Debug, Error)]
pub(crate) enum SecretFileError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Others may read it, so it is no secret any more.
    #[error("must be readable by its owner alone: use mode 0600")]
    TooOpen,
    /// Somebody else can change it.
    #[error("must belong to the user who runs Roster")]
    NotOurs,
    /// Not a secret at all.
    #[error("must be a text file of at most 64 KiB")]
    NotText,
}

/// Reads a secret without the line break at its end.
pub(crate) fn read(path: &Path) -> Result<SecretString, SecretFileError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(SecretFileError::NotText);
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(SecretFileError::TooOpen);
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(SecretFileError::NotOurs);
    }
    let mut text = String::new();
    match file.take(LONGEST + 1).read_to_string(&mut text) {
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(SecretFileError::NotText),
        Err(error) => return Err(error.into()),
        Ok(_) if text.len() as u64 > LONGEST => return Err(SecretFileError::NotText),
        Ok(_) => {}
    }
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    Ok(SecretString::from(text))
}

/// Writes a file that only we may read, durably, and never halfway. An existing one is replaced.
pub(crate) fn replace(path: &Path, content: &str) -> io::Result<()> {
    let draft = write_draft(path, content)?;
    fs::rename(&draft, path)?;
    sync_folder_of(path)
}

/// Like [`replace`], but fails with [`ErrorKind::AlreadyExists`] where there is such a file already.
pub(crate) fn create(path: &Path, content: &str) -> io::Result<()> {
    let draft = write_draft(path, content)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked?;
    sync_folder_of(path)
}

/// Makes a folder, and those above it, that only we may enter, durably: what is in a folder is lost with its name. An
/// existing one is left as it is.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    // An earlier process may have made it and come no further; but whoever owns the folder above need not let us read it.
    let _ = sync_folder_of(path);
    missing.into_iter().try_for_each(sync_folder_of)
}

fn write_draft(path: &Path, content: &str) -> io::Result<std::path::PathBuf> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    // What an earlier process of this id left behind.
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::os::unix::fs::PermissionsExt;

    fn file_with_mode(folder: &tempfile::TempDir, mode: u32, content: &[u8]) -> std::path::PathBuf {
        let path = folder.path().join("secret");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_secret_comes_without_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = file_with_mode(&folder, 0o400, b" a secret \r\n");
        assert_eq!(read(&path).unwrap().expose_secret(), " a secret ");
    }

    #[test]
    fn a_file_that_anybody_else_may_touch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o604, 0o640, 0o620, 0o602, 0o666, 0o601] {
            let path = file_with_mode(&folder, mode, b"a secret");
            assert!(matches!(read(&path), Err(SecretFileError::TooOpen)), "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_text_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(SecretFileError::NotText)));
        assert!(matches!(read(&folder.path().join("none")), Err(SecretFileError::Unreadable(_))));
        let path = file_with_mode(&folder, 0o600, b"\xff\xfe");
        assert!(matches!(read(&path), Err(SecretFileError::NotText)));
        let path = file_with_mode(&folder, 0o600, &vec![b'x'; 64 * 1024 + 1]);
        assert!(matches!(read(&path), Err(SecretFileError::NotText)));
    }

    #[test]
    fn a_created_file_is_private_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, "first").unwrap();
        assert_eq!(create(&path, "second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(read(&path).unwrap().expose_secret(), "first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        replace(&path, "third").unwrap();
        assert_eq!(read(&path).unwrap().expose_secret(), "third");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_made_folder_is_private_and_may_be_there_already() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("b");
        make_folder(&path).unwrap();
        make_folder(&path).unwrap();
        for made in [&path, path.parent().unwrap()] {
            assert_eq!(fs::metadata(made).unwrap().mode() & 0o777, 0o700);
        }
    }
}
