//! Many at once, and other processes on the same file: nobody is told that the database is locked.

use roster_tests::{Actor, Service, is_long_run, report, within};
use serde_json::json;
use std::fs;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const HANDS: usize = 64;
const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
const LARGEST_LOG: u64 = 64 * 1024 * 1024;

/// What all of them look at.
struct Shared {
    ends: Instant,
    /// What is added to each description.
    padding: String,
    /// Whether whoever works beside the hands may stop too.
    is_over: AtomicBool,
    writes: AtomicUsize,
    largest_log: AtomicUsize,
}

impl Shared {
    fn note_log(&self, service: &Service) {
        let size = usize::try_from(log_size(service)).unwrap();
        self.largest_log.fetch_max(size, Ordering::Relaxed);
    }
}

/// Reads as often as it writes, and each must succeed. Whether it holds access at the end.
fn work(administrator: &Actor, person: &Actor, hand: usize, shared: &Shared) -> bool {
    let action = format!("hand-{hand}");
    let mut holds = false;
    while Instant::now() < shared.ends {
        if holds {
            administrator.remove(&person.id, FACILITY, &[&action]);
        } else {
            administrator.give(&person.id, FACILITY, &[&action]);
        }
        holds = !holds;
        person.get("/user").expect(200);
        let body = json!({ "description": format!("{hand} {holds}{}", shared.padding) });
        administrator.patch(&format!("/users/{}", person.id), body).expect(200);
        administrator.get("/users?limit=5&search=person").expect(200);
        shared.writes.fetch_add(2, Ordering::Relaxed);
    }
    holds
}

/// Commands beside the service, one after the other. How many there were.
fn register_clients(service: &Service, shared: &Shared) -> usize {
    let mut count = 0;
    while !shared.is_over.load(Ordering::Relaxed) {
        service.register_client(&format!("beside-{count}"), &[]);
        count += 1;
    }
    count
}

/// Somebody beside the service who looks at the database as it was, for long, and again after a while.
fn hold_snapshots(service: &Service, shared: &Shared) {
    let is_over = || shared.is_over.load(Ordering::Relaxed);
    // The log holds at least what is written while somebody looks at what was before, so no two of them overlap.
    let wait_for_writes = |meanwhile: &mut dyn FnMut()| {
        let enough = shared.writes.load(Ordering::Relaxed) + 1_000;
        while shared.writes.load(Ordering::Relaxed) < enough && !is_over() {
            meanwhile();
            shared.note_log(service);
            thread::yield_now();
        }
    };
    while !is_over() {
        let mut database = service.database();
        let held = database.hold_snapshot();
        wait_for_writes(&mut || assert_eq!(database.hold_snapshot(), held, "it is as it was"));
        drop(database);
        wait_for_writes(&mut || {});
    }
}

fn log_size(service: &Service) -> u64 {
    fs::metadata(service.data().join("roster.db-wal")).map_or(0, |file| file.len())
}

/// Others beside the service who look at the database, each for a moment, and never without somebody who does.
fn take_turns_at_snapshots(service: &Service, shared: &Shared) {
    let look = || {
        let mut database = service.database();
        database.hold_snapshot();
        database
    };
    let mut held = look();
    while !shared.is_over.load(Ordering::Relaxed) {
        // The one is there before the other goes.
        drop(mem::replace(&mut held, look()));
        let goes = Instant::now() + Duration::from_millis(50);
        while Instant::now() < goes {
            held.hold_snapshot();
            shared.note_log(service);
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// Has everybody at work at once on so many people, and somebody who reads beside the service; the log must stay short, and all
/// be as it was told.
fn contend(name: &str, count: usize, padding: usize, read_beside: fn(&Service, &Shared)) {
    let service = Service::start();
    let administrator = service.administrator();
    let people: Vec<Actor> = (0..count).map(|_| service.user_made_by(&administrator, "tech")).collect();
    let shared = Shared {
        ends: Instant::now() + Duration::from_secs(if is_long_run() { 60 } else { 4 }),
        padding: "x".repeat(padding),
        is_over: AtomicBool::new(false),
        writes: AtomicUsize::new(0),
        largest_log: AtomicUsize::new(0),
    };
    let (holds, registered) = thread::scope(|scope| {
        let commands = scope.spawn(|| register_clients(&service, &shared));
        let snapshots = scope.spawn(|| read_beside(&service, &shared));
        let start = |hand: usize| {
            let (administrator, person, shared) = (&administrator, &people[hand % count], &shared);
            scope.spawn(move || work(administrator, person, hand, shared))
        };
        let hands: Vec<_> = (0..HANDS).map(start).collect();
        let ended: Vec<_> = hands.into_iter().map(thread::ScopedJoinHandle::join).collect();
        shared.is_over.store(true, Ordering::Relaxed);
        snapshots.join().unwrap();
        let holds: Vec<bool> = ended.into_iter().map(Result::unwrap).collect();
        (holds, commands.join().unwrap())
    });
    assert!(registered > 0, "commands ran meanwhile");
    for (index, person) in people.iter().enumerate() {
        let access = administrator.get(&format!("/users/{}/facilities", person.id)).expect(200);
        let held = access["results"][0]["actions"].as_array().map_or(0, Vec::len);
        let given = holds.iter().enumerate().filter(|(hand, holds)| hand % count == index && **holds).count();
        assert_eq!(held, given, "person {index} holds what every hand gave last");
    }
    let largest = u64::try_from(shared.largest_log.into_inner()).unwrap();
    report(&format!(
        "contention, {name}: {} writes, {registered} commands, a log of {largest} bytes",
        shared.writes.into_inner()
    ));
    assert!(largest < LARGEST_LOG, "{largest}");
    let lines = service.log().lines();
    assert!(!lines.iter().any(|line| line.contains("is locked")), "somebody met a lock");
    service.database().assert_sound();
}

#[test]
fn readers_writers_and_commands_share_one_file() {
    contend("with long readers now and then", 4, 0, hold_snapshots);
}

#[test]
fn readers_who_take_turns_without_a_gap_share_it_too_and_the_log_stays_short() {
    // As much as possible is written: everybody's row is on pages of its own.
    contend("with short readers without a gap", HANDS, 1_900, take_turns_at_snapshots);
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
