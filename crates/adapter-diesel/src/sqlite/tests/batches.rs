use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use roster_ports::{StoreError, Stored, Undo, WriteJob};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::people::{File, doom, insert_people, picture};
use crate::schema::{doomed_pictures, users};
use crate::sqlite::Connection;
use crate::sqlite::batch::Batch;
use crate::sqlite::connection::Purpose;
use crate::sqlite::statements::Touched;

fn run(connection: &mut Connection, mut jobs: Vec<WriteJob>) -> Vec<Stored<()>> {
    Batch::run(connection, &mut jobs).outcomes
}

/// What stands, as somebody else sees it.
fn doomed(file: &File) -> Vec<u8> {
    let hashes: Vec<Vec<u8>> = doomed_pictures::table
        .order(doomed_pictures::sha256.asc())
        .select(doomed_pictures::sha256)
        .load(&mut file.connection(Purpose::Reading))
        .unwrap();
    hashes.iter().filter_map(|hash| hash.first().copied()).collect()
}

/// Writes and then ends otherwise than well.
fn doom_and(n: u8, end: impl Fn() -> Result<(), Undo> + Send + 'static) -> WriteJob {
    Box::new(move |tx| {
        tx.pictures_mut().doom(&picture(n)).map_err(Undo::Store)?;
        end().map(|()| Vec::new())
    })
}

fn fail() -> Result<(), Undo> {
    Err(Undo::Store(StoreError::Failed("as it wishes".to_owned())))
}

#[test]
fn what_fails_panics_or_refuses_undoes_itself_alone() {
    let file = File::migrated();
    let jobs = vec![
        doom(1),
        doom_and(2, fail),
        doom(3),
        doom_and(4, || panic!("a mistake of ours")),
        doom(5),
        doom_and(6, || Err(Undo::Refused)),
        doom(7),
    ];
    let outcomes = run(&mut file.connection(Purpose::Writing), jobs);
    let stood: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stood, [true, false, true, false, true, true, true]);
    assert_eq!(doomed(&file), [1, 3, 5, 7]);
}

#[test]
fn a_write_alone_undoes_itself() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    assert!(run(&mut connection, vec![doom_and(1, fail)]).iter().all(Result::is_err));
    assert!(run(&mut connection, vec![doom_and(2, || Err(Undo::Refused))]).iter().all(Result::is_ok));
    assert!(run(&mut connection, vec![doom(3)]).iter().all(Result::is_ok));
    assert_eq!(doomed(&file), [3]);
}

#[test]
fn a_batch_that_cannot_be_committed_runs_one_by_one() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    // Whoever dooms picture 6 breaks a promise that is only checked at COMMIT.
    connection
        .batch_execute(
            "CREATE TABLE promise (user_id BLOB REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER promised AFTER INSERT ON doomed_pictures WHEN substr(NEW.sha256, 1, 1) = x'06'
             BEGIN INSERT INTO promise VALUES (x'00'); END;",
        )
        .unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let counting = doom_and(9, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let outcomes = run(&mut connection, vec![doom(5), doom(6), counting, doom_and(8, fail)]);
    let stood: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stood, [true, false, true, false]);
    assert_eq!(doomed(&file), [5, 9]);
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[test]
fn a_full_disk_fails_what_does_not_fit_alone() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    let pages: i64 =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("page_count FROM pragma_page_count()"))
            .get_result(&mut connection)
            .unwrap();
    connection.batch_execute(&format!("PRAGMA max_page_count = {}", pages + 4)).unwrap();

    let outcomes = run(&mut connection, vec![doom(1), insert_people(0..100), doom(3)]);
    assert!(matches!(
        outcomes.as_slice(),
        [Ok(()), Err(StoreError::Unavailable(reason)), Ok(())] if reason == "database or disk is full"
    ));
    assert_eq!(doomed(&file), [1, 3]);

    // Room again: it recovers without a restart.
    connection.batch_execute("PRAGMA max_page_count = 100000").unwrap();
    assert!(run(&mut connection, vec![doom(4), insert_people(0..100)]).iter().all(Result::is_ok));
    let people: i64 = users::table.count().get_result(&mut connection).unwrap();
    assert_eq!(people, 100);
}

#[test]
fn a_batch_that_is_bigger_than_the_memory_for_it_is_undone_where_the_disk_is_full() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    // What does not fit into memory is written to the log before its transaction is over.
    connection.batch_execute("PRAGMA cache_size = 10; PRAGMA max_page_count = 150").unwrap();
    let outcomes = run(&mut connection, vec![doom(1), insert_people(0..20), insert_people(20..500), doom(3)]);
    let stood: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stood, [true, true, false, true]);
    drop(connection);
    assert_eq!(doomed(&file), [1, 3]);
    let mut reader = file.connection(Purpose::Reading);
    assert_eq!(users::table.count().get_result::<i64>(&mut reader).unwrap(), 20);
    let sound: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
        "integrity_check FROM pragma_integrity_check",
    ))
    .get_result(&mut reader)
    .unwrap();
    assert_eq!(sound, "ok");
}

#[test]
fn a_write_that_hides_a_full_disk_does_not_stand() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    connection.batch_execute("PRAGMA max_page_count = 1").unwrap();
    let hiding: WriteJob = Box::new(|tx| {
        let mut too_much = insert_people(0..100);
        assert!(too_much(tx).is_err());
        assert!(tx.pictures_mut().doom(&picture(2)).is_err());
        Ok(Vec::new())
    });
    let outcomes = run(&mut connection, vec![doom(1), hiding, doom(3)]);
    let stood: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stood, [true, false, true]);
    assert_eq!(doomed(&file), [1, 3]);
}

#[test]
fn another_process_that_holds_the_lock_makes_writes_unavailable() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    connection.batch_execute("PRAGMA busy_timeout = 1").unwrap();
    let mut other = file.connection(Purpose::Writing);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    for jobs in [vec![doom(1)], vec![doom(1), doom(2)]] {
        let outcomes = run(&mut connection, jobs);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))));
    }
    other.batch_execute("COMMIT").unwrap();
    assert!(run(&mut connection, vec![doom(1), doom(2)]).iter().all(Result::is_ok));
    assert_eq!(doomed(&file), [1, 2]);
}

#[test]
fn a_batch_tells_whether_hot_reads_may_have_changed() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    let ended = Batch::run(&mut connection, &mut [doom(1), insert_people(0..1)]);
    assert!(ended.touched == Touched::NOTHING);
    let end: WriteJob = Box::new(|tx| {
        let session = roster_domain::SessionId::new(uuid::Uuid::nil());
        tx.sessions_mut().end(session).map_err(Undo::Store)?;
        Ok(Vec::new())
    });
    let ended = Batch::run(&mut connection, &mut [doom(2), end]);
    assert_eq!(ended.touched, Touched { callers: true, holdings: false });
}
