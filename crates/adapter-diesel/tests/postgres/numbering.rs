//! Whoever follows the events never misses one, however late a transaction commits.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster_adapter_diesel::PostgresStore;
use roster_ports::Store;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

use crate::database::OwnDatabase;

#[derive(QueryableByName)]
struct Seq {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

const ARRIVE: &str = "INSERT INTO fresh_events
    (id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data)
    VALUES ('\\x00000000000000000000000000000000', 'user.updated', 1, 'system', '', 'user', 'one', 'r', '{}')";

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn seqs(connection: &mut PgConnection) -> Vec<i64> {
    let rows: Vec<Seq> = diesel::sql_query("SELECT seq FROM events ORDER BY seq").load(connection).unwrap();
    rows.into_iter().map(|row| row.seq).collect()
}

#[test]
fn an_event_that_is_committed_late_comes_late() {
    let database = OwnDatabase::migrated();
    let store = PostgresStore::open(&database.options()).unwrap();
    let runtime = runtime();
    let (mut early, mut late) = (database.connection(), database.connection());
    late.batch_execute(&format!("BEGIN; {ARRIVE}")).unwrap();
    early.batch_execute(ARRIVE).unwrap();
    assert_eq!(runtime.block_on(store.number_events()).unwrap(), 1);
    assert_eq!(seqs(&mut early), [1]);
    late.batch_execute("COMMIT").unwrap();
    assert_eq!(runtime.block_on(store.number_events()).unwrap(), 1);
    assert_eq!(seqs(&mut early), [1, 2]);
    assert_eq!(runtime.block_on(store.number_events()).unwrap(), 0);
}

#[test]
fn only_one_instance_numbers_at_a_time() {
    let database = OwnDatabase::migrated();
    let store = PostgresStore::open(&database.options()).unwrap();
    let mut other = database.connection();
    other.batch_execute(ARRIVE).unwrap();
    other.batch_execute("BEGIN; SELECT last FROM event_numbering FOR UPDATE").unwrap();
    assert_eq!(runtime().block_on(store.number_events()).unwrap(), 0);
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(runtime().block_on(store.number_events()).unwrap(), 1);
}

/// Three instances write and number, with commits that are held back; a reader follows as a feed does.
#[test]
fn a_follower_never_misses_what_is_committed_later() {
    const WRITERS: usize = 6;
    const EACH: usize = 120;
    let database = OwnDatabase::migrated();
    let is_over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        for _ in 0..3 {
            let store = PostgresStore::open(&database.options()).unwrap();
            let is_over = &is_over;
            scope.spawn(move || {
                let runtime = runtime();
                while !is_over.load(Ordering::SeqCst) {
                    runtime.block_on(store.number_events()).unwrap();
                }
            });
        }
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let mut connection = database.connection();
                scope.spawn(move || {
                    for n in 0..EACH {
                        let held_back =
                            f64::from(u32::try_from((n * 7 + writer * 3) % 11).unwrap()) / 2_000.0;
                        let write = format!("BEGIN; {ARRIVE}; SELECT pg_sleep({held_back}); COMMIT");
                        connection.batch_execute(&write).unwrap();
                    }
                })
            })
            .collect();
        let mut reader = database.connection();
        let mut followed = Vec::new();
        let start = Instant::now();
        while followed.len() < WRITERS * EACH {
            assert!(start.elapsed() < Duration::from_mins(2), "{} followed", followed.len());
            let after = followed.last().copied().unwrap_or(0);
            let rows: Vec<Seq> = diesel::sql_query("SELECT seq FROM events WHERE seq > $1 ORDER BY seq")
                .bind::<BigInt, _>(after)
                .load(&mut reader)
                .unwrap();
            followed.extend(rows.into_iter().map(|row| row.seq));
        }
        for writer in writers {
            writer.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        followed
    });
    let all = seqs(&mut database.connection());
    assert_eq!(seen, all);
    assert_eq!(all, (1..=i64::try_from(WRITERS * EACH).unwrap()).collect::<Vec<_>>());
}
