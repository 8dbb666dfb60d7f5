use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_adapter_diesel::{SqliteBackup, SqliteOptions, SqliteStore};
use roster_domain::{PictureFormat, PictureName, User};
use roster_ports::{BackedUp, BackupDraft, BackupError, Picture};
use std::path::PathBuf;

use crate::contract::people::anybody;
use crate::contract::world::World;
use crate::database::{File, on};

fn picture(byte: u8) -> Picture {
    let name = PictureName { sha256: [byte; 32], format: PictureFormat::Png };
    Picture { name, bytes: vec![byte; 9] }
}

fn with_picture(n: u8) -> User {
    User { picture: Some(picture(n).name), ..anybody(u128::from(n)) }
}

/// A world, what another process knows of it, and a place for a backup.
struct Place {
    world: World,
    options: SqliteOptions,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let file = File::migrated();
        let options = file.options();
        Self { world: World::of(on(file)), options, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    fn begin(&self) -> SqliteBackup {
        SqliteBackup::begin(&self.options, self.file()).unwrap()
    }

    /// What another process does to the database.
    fn execute(&self, sql: &str) {
        let mut other = SqliteConnection::establish(self.options.path.to_str().unwrap()).unwrap();
        other.batch_execute(&format!("PRAGMA busy_timeout = 10000; {sql}")).unwrap();
    }

    /// What the finished backup answers.
    fn lines(&self, sql: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let mut connection = SqliteConnection::establish(self.file().to_str().unwrap()).unwrap();
        let lines: Vec<Line> = diesel::sql_query(sql).load(&mut connection).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn rows(made: &BackedUp) -> (u64, u64) {
    (made.rows_of("users"), made.rows_of("pictures"))
}

#[test]
fn a_snapshot_is_of_one_moment_and_the_next_replaces_it() {
    let place = Place::new();
    place.world.insert(&anybody(1));
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    place.world.insert(&anybody(2));
    place.world.delete(anybody(1).id);
    place.world.insert(&anybody(3));
    draft.take_snapshot().unwrap();
    place.world.insert(&anybody(4));
    assert_eq!(rows(&draft.finish().unwrap()), (2, 0));
    let ids = place.lines("SELECT substr(hex(id), 32) AS line FROM users ORDER BY id");
    assert_eq!(ids, ["2", "3"]);
}

#[test]
fn what_an_earlier_snapshot_held_is_not_in_the_file() {
    let place = Place::new();
    place.world.insert(&anybody(1));
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    place.world.delete(anybody(1).id);
    draft.take_snapshot().unwrap();
    draft.finish().unwrap();
    let bytes = std::fs::read(place.file()).unwrap();
    assert!(!bytes.windows(8).any(|window| window.eq_ignore_ascii_case(b"lovelace")));
}

#[test]
fn pictures_are_lacking_until_added_and_stay_through_snapshots() {
    let place = Place::new();
    for n in [3, 1, 2] {
        place.world.insert(&with_picture(n));
    }
    place.world.run(|tx| tx.pictures_mut().hold(&picture(3)));
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    let name = |n| picture(n).name;
    assert_eq!(draft.lacking(None, 9).unwrap(), [name(1), name(2)], "the third came along");
    assert_eq!(draft.lacking(None, 1).unwrap(), [name(1)]);
    assert_eq!(draft.lacking(Some(name(1)), 9).unwrap(), [name(2)]);
    draft.add(&picture(1)).unwrap();
    draft.take_snapshot().unwrap();
    assert_eq!(draft.lacking(None, 9).unwrap(), [name(2)]);
    draft.add(&picture(2)).unwrap();
    assert_eq!(draft.lacking(None, 9).unwrap(), []);
    assert_eq!(rows(&draft.finish().unwrap()), (3, 3));
}

#[test]
fn pictures_that_nobody_has_at_the_last_moment_are_not_in_a_backup() {
    let place = Place::new();
    place.world.insert(&with_picture(1));
    place.world.run(|tx| tx.pictures_mut().hold(&picture(9)));
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    draft.add(&picture(1)).unwrap();
    place.world.update(&anybody(1));
    draft.take_snapshot().unwrap();
    assert_eq!(rows(&draft.finish().unwrap()), (1, 0));
}

#[test]
fn a_backup_has_the_very_schema_and_gives_no_number_twice() {
    const SCHEMA: &str =
        "SELECT type || name || coalesce(sql, '') AS line FROM sqlite_schema ORDER BY type, name";
    let place = Place::new();
    place.execute("CREATE TABLE \"of a later release\" (a INTEGER, b AS (a + 1)); INSERT INTO \"of a later release\" VALUES (1);
        UPDATE sqlite_sequence SET seq = 41; INSERT INTO sqlite_sequence SELECT 'events', 41
        WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence);");
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    let made = draft.finish().unwrap();
    assert_eq!(made.rows_of("of a later release"), 1);
    assert_eq!(place.lines("SELECT name || seq AS line FROM sqlite_sequence"), ["events41"]);
    let schema = place.lines(SCHEMA);
    std::fs::remove_file(place.file()).unwrap();
    std::fs::copy(&place.options.path, place.file()).unwrap();
    place.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    std::fs::copy(&place.options.path, place.file()).unwrap();
    assert_eq!(place.lines(SCHEMA), schema);
}

#[test]
fn a_schema_that_changes_between_snapshots_is_taken_anew() {
    let place = Place::new();
    place.world.insert(&with_picture(1));
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    draft.add(&picture(1)).unwrap();
    place.execute("ALTER TABLE users ADD COLUMN nickname TEXT");
    draft.take_snapshot().unwrap();
    assert_eq!(draft.lacking(None, 9).unwrap(), [picture(1).name], "to be added again");
    draft.add(&picture(1)).unwrap();
    assert_eq!(rows(&draft.finish().unwrap()), (1, 1));
    assert_eq!(
        place.lines("SELECT name AS line FROM pragma_table_info('users') WHERE name = 'nickname'").len(),
        1
    );
}

#[test]
fn what_is_not_finished_leaves_nothing() {
    let place = Place::new();
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    assert_eq!(place.files(), 1);
    assert!(!place.file().exists());
    drop(draft);
    assert_eq!(place.files(), 0);
}

#[test]
fn what_appears_under_the_name_meanwhile_is_not_replaced() {
    let place = Place::new();
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    std::fs::write(place.file(), "somebody's").unwrap();
    assert!(matches!(draft.finish(), Err(BackupError::Unwritable(_))));
    drop(draft);
    assert_eq!((place.files(), std::fs::read_to_string(place.file()).unwrap()), (1, "somebody's".to_owned()));
}

#[test]
fn what_refers_to_nothing_makes_no_backup() {
    let place = Place::new();
    place.execute("PRAGMA foreign_keys = OFF; INSERT INTO credentials (user_id, password_hash, chosen_by) VALUES (zeroblob(16), '', 1)");
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    let refused = draft.finish();
    assert!(
        matches!(&refused, Err(BackupError::Unfaithful(line)) if line.starts_with("credentials: ")),
        "{refused:?}"
    );
    drop(draft);
    assert_eq!(place.files(), 0);
}

#[test]
fn a_backup_is_opened_as_a_database() {
    let place = Place::new();
    place.world.signed_in(1);
    let mut draft = place.begin();
    draft.take_snapshot().unwrap();
    draft.finish().unwrap();
    let restored = SqliteOptions::at(place.file());
    assert!(SqliteStore::examine(&restored).unwrap().wrong.is_empty());
    assert!(SqliteStore::migrate(&restored).unwrap().is_empty());
    assert!(SqliteStore::open(&restored).is_ok());
}

#[test]
fn whoever_only_looks_cannot_write() {
    let place = Place::new();
    let options = SqliteOptions { read_only: true, ..place.options.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store: std::sync::Arc<dyn roster_ports::Store> =
        std::sync::Arc::new(SqliteStore::open(&options).unwrap());
    let doomed = picture(1).name;
    let written = runtime.block_on(store.write::<(), ()>(move |tx| {
        tx.pictures_mut().doom(&doomed)?;
        Ok(roster_ports::Done::Bookkeeping(()))
    }));
    assert!(written.is_err());
    assert_eq!(runtime.block_on(store.read(|tx| tx.pictures().doomed(9))).unwrap(), []);
}
