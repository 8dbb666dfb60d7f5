//! How long the log grows while many are at one file.

use roster_tests::{Service, report, within};
use serde_json::json;
use std::fs;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::contention::{HANDS, Shared, contend, hold_snapshots};

const LARGEST_LOG: u64 = 64 * 1024 * 1024;

fn log_size(service: &Service) -> u64 {
    fs::metadata(service.data().join("roster.db-wal")).map_or(0, |file| file.len())
}

/// The longest that the log was.
#[derive(Default)]
struct Longest(AtomicU64);

impl Longest {
    fn look(&self, service: &Service) {
        self.0.fetch_max(log_size(service), Ordering::Relaxed);
    }

    fn tell(self, name: &str) {
        let longest = self.0.into_inner();
        report(&format!("contention, {name}: a log of {longest} bytes"));
        assert!(longest < LARGEST_LOG, "{longest}");
    }
}

/// Others beside the service who look at the database, each for a moment, and never without somebody who does.
fn take_turns_at_snapshots(service: &Service, shared: &Shared, longest: &Longest) {
    let look = || {
        let mut database = service.database();
        database.hold_snapshot();
        database
    };
    let mut held = look();
    while !shared.is_over() {
        // The one is there before the other goes.
        drop(mem::replace(&mut held, look()));
        let goes = Instant::now() + Duration::from_millis(50);
        while Instant::now() < goes {
            held.hold_snapshot();
            longest.look(service);
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

#[test]
fn the_log_stays_short_beside_long_readers_now_and_then() {
    let longest = Longest::default();
    contend(&Service::start(), 4, 0, &|service, shared| {
        hold_snapshots(service, shared, &|| longest.look(service));
    });
    longest.tell("with long readers now and then");
}

#[test]
fn the_log_stays_short_beside_readers_who_take_turns_without_a_gap() {
    let longest = Longest::default();
    // As much as possible is written: everybody's row is on pages of its own.
    contend(&Service::start(), HANDS, 1_900, &|service, shared| {
        take_turns_at_snapshots(service, shared, &longest);
    });
    longest.tell("with short readers without a gap");
}

#[test]
fn a_log_that_a_reader_kept_from_being_used_again_grows_no_more_when_that_reader_is_done() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let change = |number: usize| {
        let body = json!({ "description": format!("{number} {}", "x".repeat(1_900)) });
        administrator.patch(&format!("/users/{}", person.id), body).expect(200);
    };
    let mut reader = service.database();
    let held = reader.hold_snapshot();
    within(Duration::from_mins(1), "a log that grew", || {
        (0..20).for_each(change);
        (log_size(&service) > 8 * 1024 * 1024).then_some(())
    });
    assert_eq!(reader.hold_snapshot(), held, "it is as it was");
    drop(reader);
    (0..10).for_each(change);
    let size = log_size(&service);
    (0..200).for_each(change);
    assert_eq!(log_size(&service), size);
}
