use roster_adapter_diesel::{CopiedBackup, SqliteOptions, SqliteStore};
use roster_ports::{BackupDraft, BackupError};
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::places::{PEOPLE, Place, copied, file_contents};

#[test]
fn a_backup_of_a_server_is_one_file_with_everything() {
    let server = Place::full_server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let mut draft = CopiedBackup::begin(&server.end(), &file).unwrap();
    draft.take_snapshot().unwrap();
    server.execute("DELETE FROM users");
    let made = draft.finish().unwrap();
    assert_eq!(made.rows_of("users"), u64::from(PEOPLE));
    assert_eq!((made.rows_of("pictures"), made.rows_of("events")), (1, 700));
    assert_eq!(made.bytes, fs::metadata(&file).unwrap().len());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let copy = Place::file();
    copied(&Place::full_server(), &copy).1.unwrap();
    assert_eq!(file_contents(&file), copy.contents());
    let options = SqliteOptions::at(&file);
    assert!(SqliteStore::migrate(&options).unwrap().is_empty());
    SqliteStore::open(&options).map(drop).unwrap();
}

#[test]
fn a_backup_that_is_not_finished_leaves_nothing() {
    let server = Place::full_server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let mut draft = CopiedBackup::begin(&server.end(), &file).unwrap();
    draft.take_snapshot().unwrap();
    assert!(!file.exists());
    fs::write(&file, "somebody's").unwrap();
    assert!(matches!(draft.finish(), Err(BackupError::Unwritable(_))));
    drop(draft);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(matches!(CopiedBackup::begin(&server.end(), &file), Err(BackupError::Unwritable(_))));
    assert_eq!(fs::read_to_string(&file).unwrap(), "somebody's");
}

#[test]
fn what_an_earlier_snapshot_of_a_server_held_is_not_in_the_file() {
    let server = Place::full_server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let mut draft = CopiedBackup::begin(&server.end(), &file).unwrap();
    draft.take_snapshot().unwrap();
    server.execute("UPDATE users SET last_name = 'Murray' WHERE last_name = 'Hopper'");
    draft.take_snapshot().unwrap();
    draft.finish().unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"Hopper"));
}
