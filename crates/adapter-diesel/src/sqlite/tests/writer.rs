use roster_ports::{StoreError, WriteJob};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant;

use super::people::{File, doom};
use crate::sqlite::SqliteOptions;
use crate::sqlite::connection::Purpose;
use crate::sqlite::freshness::Freshness;
use crate::sqlite::writer::Writer;

fn writer(file: &File, max_waiting: usize) -> Writer {
    let options = SqliteOptions { max_waiting, ..file.options() };
    let freshness = Arc::new(Freshness::since(Instant::now()));
    Writer::start(file.connection(Purpose::Writing), &options, freshness).unwrap()
}

#[test]
fn one_write_too_many_is_unavailable_and_those_before_are_done() {
    let file = File::migrated();
    let writer = writer(&file, 2);
    let (working, started) = channel();
    let (go_on, told) = channel();
    let slow: WriteJob = Box::new(move |_| {
        working.send(()).unwrap();
        told.recv().unwrap();
        Ok(Vec::new())
    });
    let first = writer.enqueue(slow).unwrap();
    started.recv().unwrap();
    let (second, third) = (writer.enqueue(doom(2)).unwrap(), writer.enqueue(doom(3)).unwrap());
    assert!(matches!(writer.enqueue(doom(4)), Err(StoreError::Unavailable(_))));
    go_on.send(()).unwrap();
    for outcome in [first, second, third] {
        assert!(outcome.blocking_recv().unwrap().is_ok());
    }
}

#[test]
fn stopping_does_what_waits() {
    let file = File::migrated();
    let writer = writer(&file, 100);
    let waiting: Vec<_> = (0..100).map(|n| writer.enqueue(doom(n)).unwrap()).collect();
    drop(writer);
    for outcome in waiting {
        assert!(outcome.blocking_recv().unwrap().is_ok());
    }
}

#[test]
fn what_nobody_waits_for_is_not_done() {
    let file = File::migrated();
    let writer = writer(&file, 100);
    let (working, started) = channel();
    let (go_on, told) = channel();
    let slow: WriteJob = Box::new(move |_| {
        working.send(()).unwrap();
        told.recv().unwrap();
        Ok(Vec::new())
    });
    let first = writer.enqueue(slow).unwrap();
    started.recv().unwrap();
    let (ran, runs) = channel();
    let tell = |n: u8| -> WriteJob {
        let ran = ran.clone();
        Box::new(move |_| {
            ran.send(n).unwrap();
            Ok(Vec::new())
        })
    };
    drop(writer.enqueue(tell(1)).unwrap());
    let last = writer.enqueue(tell(2)).unwrap();
    go_on.send(()).unwrap();
    assert!(first.blocking_recv().unwrap().is_ok());
    assert!(last.blocking_recv().unwrap().is_ok());
    assert_eq!(runs.try_iter().collect::<Vec<_>>(), [2]);
}
