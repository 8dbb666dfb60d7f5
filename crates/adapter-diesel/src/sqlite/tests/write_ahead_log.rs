use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::people::{File, insert_people};
use crate::schema::users;
use crate::sqlite::connection::Purpose;
use crate::sqlite::freshness::Freshness;
use crate::sqlite::write_ahead_log::beside;
use crate::sqlite::writer::Writer;
use crate::sqlite::{Connection, SqliteOptions};

const LONG: u64 = 256 << 10;

fn writer(file: &File, long_log: u64) -> Writer {
    let options = SqliteOptions { long_log, ..file.options() };
    let freshness = Arc::new(Freshness::since(Instant::now()));
    Writer::start(file.connection(Purpose::Writing), &options, freshness).unwrap()
}

/// Makes ten people whose rows fill at least five pages.
fn write(writer: &Writer, round: u128) {
    let people = insert_people(round * 10..round * 10 + 10);
    writer.enqueue(people).unwrap().blocking_recv().unwrap().unwrap();
}

fn log_size(file: &File) -> u64 {
    std::fs::metadata(beside(&file.options().path)).map_or(0, |log| log.len())
}

/// Somebody who looks at the database as it is now, until this is dropped.
fn begin_to_read(file: &File) -> Connection {
    let mut reader = file.connection(Purpose::Reading);
    reader.batch_execute("BEGIN").unwrap();
    look(&mut reader);
    reader
}

fn look(reader: &mut Connection) -> i64 {
    users::table.count().get_result(reader).unwrap()
}

/// Readers, each there before the one before it goes.
fn read_in_turns(file: &File, is_over: &AtomicBool) {
    let mut reader = begin_to_read(file);
    while !is_over.load(Ordering::SeqCst) {
        let next = begin_to_read(file);
        drop(std::mem::replace(&mut reader, next));
        let goes = Instant::now() + Duration::from_millis(10);
        while Instant::now() < goes {
            look(&mut reader);
        }
    }
}

/// How large the log became while four MiB and more were written beside readers who take turns.
fn largest_log(long_log: u64) -> u64 {
    let file = File::migrated();
    let writer = writer(&file, long_log);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| read_in_turns(&file, &is_over));
        let sizes = (0..100).map(|round| {
            write(&writer, round);
            log_size(&file)
        });
        let largest = sizes.max().unwrap_or_default();
        is_over.store(true, Ordering::SeqCst);
        largest
    })
}

#[test]
fn readers_who_take_turns_without_a_gap_do_not_make_the_log_long() {
    let unbounded = largest_log(u64::MAX);
    assert!(unbounded > 8 * LONG, "they let it grow to {unbounded} bytes only: nothing is shown");
    let bounded = largest_log(LONG);
    assert!(bounded < 4 * LONG, "{bounded} bytes");
}

#[test]
fn a_log_that_somebody_read_for_long_is_short_when_they_are_done() {
    let file = File::migrated();
    let writer = writer(&file, LONG);
    let mut reader = begin_to_read(&file);
    let before = look(&mut reader);
    let mut rounds = 0..;
    while log_size(&file) < 2 * LONG {
        write(&writer, rounds.next().unwrap());
    }
    assert_eq!(look(&mut reader), before, "it is as it was");
    drop(reader);
    // Pauses are made when it has grown on.
    (0..10).for_each(|_| write(&writer, rounds.next().unwrap()));
    // The last write is answered before the pause that may follow it.
    drop(writer);
    assert!(log_size(&file) < LONG);
}

#[test]
fn who_writes_waits_for_others_as_long_as_ever_after_a_pause() {
    let file = File::migrated();
    let writer = writer(&file, LONG);
    let reader = begin_to_read(&file);
    let mut rounds = 0..;
    while log_size(&file) < 2 * LONG {
        write(&writer, rounds.next().unwrap());
    }
    drop(reader);
    let mut other = file.connection(Purpose::Writing);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let people = insert_people(10_000..10_001);
    let waiting = writer.enqueue(people).unwrap();
    // Longer than a pause, shorter than the patience.
    let goes = Instant::now() + Duration::from_millis(700);
    while Instant::now() < goes {
        thread::park_timeout(Duration::from_millis(10));
    }
    other.batch_execute("ROLLBACK").unwrap();
    waiting.blocking_recv().unwrap().unwrap();
}
