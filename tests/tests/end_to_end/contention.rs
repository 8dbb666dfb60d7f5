//! Many at once, and other processes on the same database: nobody is told that the database is locked.

use roster_tests::{Actor, Service, is_long_run, report};
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const HANDS: usize = 64;
const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// What all of them look at.
pub(crate) struct Shared {
    ends: Instant,
    /// What is added to each description.
    padding: String,
    /// Whether whoever works beside the hands may stop too.
    is_over: AtomicBool,
    writes: AtomicUsize,
}

impl Shared {
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
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
    while !shared.is_over() {
        service.register_client(&format!("beside-{count}"), &[]);
        count += 1;
    }
    count
}

/// Somebody beside the service who looks at the database as it was, for long, and again after a while.
pub(crate) fn hold_snapshots(service: &Service, shared: &Shared, watch: &(dyn Fn() + Sync)) {
    let is_over = || shared.is_over();
    // SQLite's log holds at least what is written while somebody looks at what was before, so no two of them overlap.
    let wait_for_writes = |meanwhile: &mut dyn FnMut()| {
        let enough = shared.writes.load(Ordering::Relaxed) + 1_000;
        while shared.writes.load(Ordering::Relaxed) < enough && !is_over() {
            meanwhile();
            watch();
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

/// Has everybody at work at once on so many people, and somebody who reads beside the service; all must be as it was told.
pub(crate) fn contend(
    service: &Service,
    count: usize,
    padding: usize,
    read_beside: &(dyn Fn(&Service, &Shared) + Sync),
) {
    let administrator = service.administrator();
    let people: Vec<Actor> = (0..count).map(|_| service.user_made_by(&administrator, "tech")).collect();
    let shared = Shared {
        ends: Instant::now() + Duration::from_secs(if is_long_run() { 60 } else { 4 }),
        padding: "x".repeat(padding),
        is_over: AtomicBool::new(false),
        writes: AtomicUsize::new(0),
    };
    let (holds, registered) = thread::scope(|scope| {
        let commands = scope.spawn(|| register_clients(service, &shared));
        let snapshots = scope.spawn(|| read_beside(service, &shared));
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
    report(&format!("contention: {} writes, {registered} commands", shared.writes.into_inner()));
    let lines = service.log().lines();
    assert!(!lines.iter().any(|line| line.contains("is locked")), "somebody met a lock");
    service.database().assert_sound();
}

#[test]
fn readers_writers_and_commands_share_one_database() {
    contend(&Service::start(), 4, 0, &|service, shared| hold_snapshots(service, shared, &|| {}));
}
