//! Schemas that are missing, too old, too new, or newer and still good.

use diesel::connection::SimpleConnection;
use roster_adapter_diesel::{OpenError, PostgresStore};
use roster_ports::Store;

use crate::contract::world::World;
use crate::database::{OwnDatabase, on};

/// Every migration, in order.
const ALL: [&str; 3] = [
    "2026-11-22-000000_first_release",
    "2026-11-25-000000_withstand_attack",
    "2026-11-29-000000_tell_the_past",
];

fn open(database: &OwnDatabase) -> Result<PostgresStore, OpenError> {
    PostgresStore::open(&database.options())
}

fn execute(database: &OwnDatabase, sql: &str) {
    database.connection().batch_execute(sql).unwrap();
}

#[test]
fn migrating_tells_what_it_ran_and_runs_it_once() {
    let database = OwnDatabase::empty();
    assert!(matches!(open(&database), Err(OpenError::Missing(_))));
    assert_eq!(PostgresStore::migrate(&database.options()).unwrap(), ALL);
    assert!(PostgresStore::migrate(&database.options()).unwrap().is_empty());
    assert!(open(&database).is_ok());
}

#[test]
fn an_outdated_schema_is_refused_with_what_it_lacks() {
    let database = OwnDatabase::migrated();
    execute(&database, "DELETE FROM __diesel_schema_migrations");
    let Err(OpenError::Outdated { pending }) = open(&database) else { panic!("opened") };
    assert_eq!(pending, ALL);
}

#[test]
fn a_migration_that_fails_leaves_nothing_of_any_behind() {
    let database = OwnDatabase::empty();
    // In the way of the last migration, not of the first.
    execute(&database, "CREATE TABLE login_attempts (mine TEXT)");
    let failed = PostgresStore::migrate(&database.options()).unwrap_err().to_string();
    assert!(failed.contains(ALL[1]), "{failed}");
    assert!(matches!(open(&database), Err(OpenError::Missing(_))));
    execute(&database, "DROP TABLE login_attempts");
    assert_eq!(PostgresStore::migrate(&database.options()).unwrap(), ALL);
}

#[test]
fn a_schema_for_newer_releases_alone_is_refused() {
    let database = OwnDatabase::migrated();
    for oldest_release in ["99.0.0", "0.1.1", "0.10.0", "a later one"] {
        execute(&database, &format!("UPDATE schema_release SET oldest_release = '{oldest_release}'"));
        for refused in [open(&database).err(), PostgresStore::migrate(&database.options()).err()] {
            assert!(matches!(
                refused,
                Some(OpenError::TooNew { oldest_release: told, .. }) if told == oldest_release
            ));
        }
    }
}

#[test]
fn the_store_is_not_ready_once_its_schema_is_too_new() {
    let database = OwnDatabase::migrated();
    let store = open(&database).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(store.ready()).is_ok());
    execute(&database, "UPDATE schema_release SET oldest_release = '99.0.0'");
    assert!(runtime.block_on(store.ready()).is_err());
}

#[test]
fn a_newer_schema_that_older_releases_can_use_is_used() {
    let database = OwnDatabase::migrated();
    execute(
        &database,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000');
         ALTER TABLE users ADD COLUMN nickname TEXT; ALTER TABLE sessions ADD COLUMN colour TEXT DEFAULT 'blue';
         CREATE TABLE nicknames (user_id BYTEA PRIMARY KEY REFERENCES users ON DELETE CASCADE)",
    );
    assert!(PostgresStore::migrate(&database.options()).unwrap().is_empty());
    let world = World::of(on(database));
    let (person, _) = world.signed_in(1);
    assert_eq!(world.user(person.id), Some(person));
}
