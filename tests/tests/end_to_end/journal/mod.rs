//! `kill -9` at any moment: what was acknowledged is there, and nothing is half done.

mod check;
mod history;
mod writer;

pub(crate) use check::{UNTOLD, ask_again, check};
pub(crate) use history::{History, Times};
pub(crate) use writer::{Journal, Writer};

use roster_tests::{Actor, Dice, Service, is_long_run, within};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub(crate) const WRITERS: u64 = 8;

/// Lets the writers work until so many things were acknowledged, and kills the service in the middle of the next.
fn write_until_killed(service: &Service, administrator: &Actor, enough: usize, round: u64) -> Journal {
    let acknowledged = AtomicUsize::new(0);
    thread::scope(|scope| {
        let start = |number: u64| {
            let writer = Writer {
                service,
                administrator,
                acknowledged: &acknowledged,
                dice: Dice::of(round * 1_000 + number),
                // All of it is before the end.
                now: &|| 0,
                journal: Journal::default(),
            };
            scope.spawn(move || writer.run(usize::MAX))
        };
        let writers: Vec<_> = (0..WRITERS).map(start).collect();
        within(Duration::from_mins(1), "enough work", || {
            (acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
        });
        service.kill();
        let mut journal = Journal::default();
        for writer in writers {
            journal.extend(writer.join().unwrap());
        }
        journal
    })
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let rounds = if is_long_run() { 100 } else { 10 };
    // Whether it was the old password or the new one is found out by trying.
    let mut service = Service::options().with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "10000").start();
    let mut journal = Journal::default();
    for round in 0..rounds {
        let administrator = service.administrator();
        // Between a few and some hundreds, and never the same.
        let enough = 20 + usize::try_from(round * 37 % 180).unwrap();
        let mut written = write_until_killed(&service, &administrator, enough, round);
        service.database().assert_sound();
        service.restart();
        let administrator = service.administrator();
        check(&service, &administrator, &mut written, 0);
        ask_again(&service, &administrator, &mut written);
        let told: BTreeSet<String> =
            service.database().texts("SELECT request_id AS value FROM events").into_iter().collect();
        for (request, _) in &written.changes {
            assert!(told.contains(request), "{request} changed something and left no event");
        }
        journal.extend(written);
    }
    check(&service, &service.administrator(), &mut journal, 0);
    assert!(journal.people.len() > 8, "something was written");
}
