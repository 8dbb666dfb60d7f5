//! How long the log grows while many are at one file.

use roster_tests::{Service, report, within};
use serde_json::json;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::contention::contend;

const LARGEST_LOG: u64 = 64 * 1024 * 1024;

fn log_size(service: &Service) -> u64 {
    fs::metadata(service.data().join("roster.db-wal")).map_or(0, |file| file.len())
}

#[test]
fn the_log_stays_short_while_readers_writers_and_commands_share_one_file() {
    let service = Service::start();
    let largest = AtomicU64::new(0);
    contend(&service, &|| {
        largest.fetch_max(log_size(&service), Ordering::Relaxed);
    });
    let largest = largest.into_inner();
    report(&format!("contention: a log of {largest} bytes"));
    assert!(largest < LARGEST_LOG, "{largest}");
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
