use roster_adapter_diesel::{CopyEnd, CopyError, DatabaseCopy, OpenError, PostgresStore, SqliteStore};
use roster_ports::{BackupDraft, BackupError};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::places::{Place, begin, copied};

/// A copy that ends when so many rows of a table are there, as if the process had been killed.
fn interrupted(from: &Place, to: &Place, at: (&'static str, u64)) {
    let stop = move |table: &'static str, rows| {
        // Without the message of a panic.
        if (table, rows) == at {
            std::panic::resume_unwind(Box::new("killed"));
        }
    };
    let mut copy = DatabaseCopy::begin(&from.end(), &to.end(), stop).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| copy.take_snapshot())).is_err());
}

#[test]
fn an_interrupted_copy_goes_on_where_it_was() {
    let from = Place::full_file();
    for to in [Place::server(), Place::file()] {
        for at in [("users", 1_000), ("login_attempts", 500), ("events", 700)] {
            interrupted(&from, &to, at);
        }
        assert_eq!(to.text("SELECT count(*) FROM events"), "700");
        let (compared, ended) = copied(&from, &to);
        ended.unwrap();
        assert_eq!(compared.len(), 14);
        let again = Place::file();
        copied(&to, &again).1.unwrap();
        assert_eq!(again.contents(), from.contents());
    }
}

#[test]
fn nobody_starts_on_a_copy_that_is_not_finished() {
    let from = Place::full_file();
    let (server, file) = (Place::server(), Place::file());
    for to in [&server, &file] {
        interrupted(&from, to, ("users", 500));
        let opened = match to.end() {
            CopyEnd::Postgres(options) => PostgresStore::open(&options).map(drop),
            CopyEnd::Sqlite(options) => SqliteStore::open(&options).map(drop),
        };
        assert!(matches!(opened, Err(OpenError::Unfinished(_))), "{opened:?}");
        assert!(matches!(begin(to, &Place::file()), Err(CopyError::Source(OpenError::Unfinished(_)))));
    }
}

#[test]
fn a_copy_of_another_source_is_not_taken_up() {
    let (from, to) = (Place::full_file(), Place::server());
    interrupted(&from, &to, ("users", 500));
    let other = Place::full_file();
    other.execute("UPDATE master_secrets SET created_at = 5");
    assert!(matches!(begin(&other, &to), Err(CopyError::OfAnotherSource)));
}

#[test]
fn a_copy_of_a_source_that_was_written_to_is_not_taken_up() {
    let (from, to) = (Place::full_file(), Place::server());
    interrupted(&from, &to, ("users", 500));
    from.execute(
        "INSERT INTO events SELECT 701, id, type, time, '', '', '', '', '', '' FROM events WHERE seq = 1",
    );
    assert!(matches!(begin(&from, &to), Err(CopyError::OfAnotherSource)));
}

#[test]
fn what_was_written_to_the_source_without_an_event_is_found() {
    let (from, to) = (Place::full_file(), Place::server());
    interrupted(&from, &to, ("users", 1_000));
    from.execute(&format!("UPDATE users SET first_name = 'Bob' WHERE id = <{:032x}>", 7));
    let (compared, ended) = copied(&from, &to);
    assert!(matches!(&ended, Err(BackupError::Unfaithful(line)) if line.starts_with("users: ")), "{ended:?}");
    let different: Vec<_> = compared.iter().filter(|it| it.source != it.target).map(|it| it.table).collect();
    assert_eq!(different, ["users"]);
}

#[test]
fn two_copies_are_not_made_to_one_server_at_once() {
    let (from, to) = (Place::full_file(), Place::server());
    let first = begin(&from, &to).unwrap();
    let second = begin(&from, &to);
    assert!(matches!(&second, Err(CopyError::Target(OpenError::Unavailable(_)))), "{:?}", second.err());
    drop(first);
    copied(&from, &to).1.unwrap();
}
