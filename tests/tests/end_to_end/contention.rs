//! Many at once, and other processes on the same file: nobody is told that the database is locked.

use roster_tests::{Actor, Service};
use serde_json::json;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const HANDS: usize = 32;
const ROUNDS: usize = 20;
const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
const LARGEST_LOG: u64 = 64 * 1024 * 1024;

/// Reads and writes by turns, each of which must succeed.
fn work(administrator: &Actor, person: &Actor, hand: usize) {
    for round in 0..ROUNDS {
        administrator.give(&person.id, FACILITY, &[&format!("hand-{hand}.round-{round}")]);
        person.get("/user").expect(200);
        let description = format!("{hand} {round}");
        administrator
            .patch(&format!("/users/{}", person.id), json!({ "description": description }))
            .expect(200);
        administrator.get("/users?limit=5&search=person").expect(200);
    }
}

#[test]
fn readers_writers_and_commands_share_one_file() {
    let service = Service::start();
    let administrator = service.administrator();
    let people: Vec<Actor> = (0..4).map(|_| service.user_made_by(&administrator, "tech")).collect();
    let is_over = AtomicBool::new(false);
    let registered = thread::scope(|scope| {
        let commands = scope.spawn(|| {
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                service.register_client(&format!("beside-{count}"), &[]);
                count += 1;
            }
            count
        });
        let start = |hand: usize| {
            let (administrator, person) = (&administrator, &people[hand % people.len()]);
            scope.spawn(move || work(administrator, person, hand))
        };
        let hands: Vec<_> = (0..HANDS).map(start).collect();
        let ended: Vec<_> = hands.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        ended.into_iter().for_each(Result::unwrap);
        commands.join().unwrap()
    });
    assert!(registered > 0, "commands ran meanwhile");
    for (index, person) in people.iter().enumerate() {
        let access = administrator.get(&format!("/users/{}/facilities", person.id)).expect(200);
        let held = access["results"][0]["actions"].as_array().unwrap().len();
        assert_eq!(held, ROUNDS * HANDS / people.len(), "person {index} holds what every hand gave");
    }
    let log = fs::metadata(service.data().join("roster.db-wal")).map_or(0, |file| file.len());
    assert!(log < LARGEST_LOG, "{log}");
    service.database().assert_sound();
}
