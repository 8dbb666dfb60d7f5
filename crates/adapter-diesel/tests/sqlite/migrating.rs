use diesel::connection::SimpleConnection;
use roster_adapter_diesel::{OpenError, SqliteOptions, SqliteStore};
use roster_ports::Store;

use crate::database::File;

/// Every migration, in order.
const ALL: [&str; 3] = [
    "2026-11-22-000000_first_release",
    "2026-11-25-000000_withstand_attack",
    "2026-11-29-000000_tell_the_past",
];

fn open(options: &SqliteOptions) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(options)
}

fn execute(file: &File, sql: &str) {
    file.connection().batch_execute(sql).unwrap();
}

#[test]
fn migrating_tells_what_it_ran_and_runs_it_once() {
    let file = File::none();
    let ran = SqliteStore::migrate(&file.options()).unwrap();
    assert_eq!(ran, ALL);
    assert!(SqliteStore::migrate(&file.options()).unwrap().is_empty());
    assert!(open(&file.options()).is_ok());
}

#[test]
fn several_that_start_at_once_migrate_once() {
    for _ in 0..5 {
        let file = File::none();
        let ran: Vec<Vec<String>> = std::thread::scope(|scope| {
            let migrating: Vec<_> =
                (0..5).map(|_| scope.spawn(|| SqliteStore::migrate(&file.options()).unwrap())).collect();
            migrating.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ran.iter().filter(|ran| !ran.is_empty()).count(), 1);
        assert!(open(&file.options()).is_ok());
    }
}

#[test]
fn a_missing_database_is_told_and_not_made() {
    let file = File::none();
    assert!(matches!(open(&file.options()), Err(OpenError::Missing(_))));
    assert!(!file.options().path.exists());
}

#[test]
fn a_file_without_schema_counts_as_missing() {
    let file = File::none();
    std::fs::write(file.options().path, b"").unwrap();
    assert!(matches!(open(&file.options()), Err(OpenError::Missing(_))));
}

#[test]
fn an_outdated_schema_is_refused_with_what_it_lacks() {
    let file = File::migrated();
    execute(&file, "DELETE FROM __diesel_schema_migrations");
    let Err(OpenError::Outdated { pending }) = open(&file.options()) else { panic!("opened") };
    assert_eq!(pending, ALL);
}

#[test]
fn a_schema_for_newer_releases_alone_is_refused() {
    for oldest_release in ["99.0.0", "0.1.1", "0.10.0", "a later one"] {
        let file = File::migrated();
        execute(&file, &format!("UPDATE schema_release SET oldest_release = '{oldest_release}'"));
        for refused in [open(&file.options()).err(), SqliteStore::migrate(&file.options()).err()] {
            assert!(matches!(
                refused,
                Some(OpenError::TooNew { oldest_release: told, .. }) if told == oldest_release
            ));
        }
    }
}

#[test]
fn a_newer_schema_that_older_releases_can_use_is_used() {
    let file = File::migrated();
    execute(&file, "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')");
    execute(&file, "ALTER TABLE users ADD COLUMN nickname TEXT");
    assert!(SqliteStore::migrate(&file.options()).unwrap().is_empty());
    assert!(open(&file.options()).is_ok());
}

#[test]
fn the_store_is_not_ready_once_its_schema_is_too_new() {
    let file = File::migrated();
    let store = open(&file.options()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(store.ready()).is_ok());
    execute(&file, "UPDATE schema_release SET oldest_release = '99.0.0'");
    assert!(runtime.block_on(store.ready()).is_err());
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let file = File::none();
    let text = "not a database, but somebody's notes\n".repeat(100);
    std::fs::write(file.options().path, &text).unwrap();
    assert!(matches!(SqliteStore::migrate(&file.options()), Err(OpenError::Damaged(_))));
    assert!(matches!(open(&file.options()), Err(OpenError::Damaged(_))));
    assert_eq!(std::fs::read_to_string(file.options().path).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let file = File::migrated();
    let store = open(&file.options()).unwrap();
    let folder = std::fs::read_dir(file.options().path.parent().unwrap()).unwrap();
    let modes: Vec<u32> =
        folder.map(|entry| entry.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect();
    assert_eq!(modes, [0o600; 3]);
    drop(store);
}
