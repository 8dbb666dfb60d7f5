//! A table that somebody holds, and more callers than connections.

use roster_tests::{Replicas, ServerDatabase, at_once, is_long_run, let_pass, report};
use serde_json::json;
use std::time::{Duration, Instant};

use super::load::{call_meanwhile, figures, hands, shut_out};
use super::weather_report::{assert_answered_in_time, lives_meanwhile, patient, recovered};

#[test]
fn whoever_holds_the_table_of_people_makes_nobody_wait_for_long() {
    let database = ServerDatabase::empty();
    let replicas = Replicas::start_with(database.url(), 2, patient);
    let administrator = replicas[0].administrator();
    let shut_out = shut_out(&replicas, &administrator);
    let mut hands = hands(&replicas, &administrator, &shut_out, 16);
    let start = Instant::now();
    let mut holder = database.sql();
    let (recovery, _) = lives_meanwhile(&replicas[1], || {
        call_meanwhile(&mut hands, || {
            let_pass(Duration::from_millis(500));
            holder.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
            let_pass(Duration::from_secs(if is_long_run() { 20 } else { 7 }));
            holder.run("COMMIT");
            recovered(&replicas, &administrator)
        })
    });
    let held = figures(&hands, start);
    assert_answered_in_time(held.slowest);
    assert!(held.unavailable > 0, "{held}");
    let calm = Instant::now();
    call_meanwhile(&mut hands, || let_pass(Duration::from_secs(1)));
    let calm = figures(&hands, calm);
    assert_eq!(calm.unavailable, 0, "afterwards: {calm}");
    for hand in &hands {
        hand.check(&mut database.sql());
    }
    report(&format!("the table of people held: {held}; well again after {recovery:?}, then {calm}"));
}

#[test]
fn two_hundred_callers_share_two_connections_fairly() {
    let database = ServerDatabase::empty();
    let replicas =
        Replicas::start_with(database.url(), 1, |options| patient(options).with("ROSTER_DATABASE_POOL", "2"));
    let administrator = replicas[0].administrator();
    let people: Vec<_> = (0..4).map(|_| replicas[0].user_made_by(&administrator, "tech")).collect();
    let ends = Instant::now() + Duration::from_secs(if is_long_run() { 30 } else { 5 });
    let (callers, _) =
        lives_meanwhile(&replicas[0], || {
            at_once(200, |number| {
                let (mut served, mut refused, mut slowest) = (0, 0, Duration::ZERO);
                let person = &people[number % people.len()];
                // On a slow machine some come late to their first answer, but nobody is passed over.
                while Instant::now() < ends || (served == 0 && refused < 20) {
                    let began = Instant::now();
                    let answer = match number % 4 {
                    0 => person.patch("/user", json!({
                        "firstName": format!("Caller {number}"), "lastName": "Person", "jobTitle": null,
                    })),
                    _ => person.get("/user/facilities"),
                };
                    slowest = slowest.max(began.elapsed());
                    if answer.status == 200 {
                        served += 1;
                    } else {
                        answer.expect_problem(503, "unavailable");
                        answer.retry_after();
                        refused += 1;
                    }
                }
                (served, refused, slowest)
            })
        });
    let served: Vec<usize> = callers.iter().map(|caller| caller.0).collect();
    let all: usize = served.iter().sum();
    let refused: usize = callers.iter().map(|caller| caller.1).sum();
    let slowest = callers.iter().map(|caller| caller.2).max().unwrap();
    assert_answered_in_time(slowest);
    let starved = callers.iter().filter(|caller| caller.0 == 0).count();
    report(&format!(
        "two hundred callers, two connections: {all} served, {refused} refused, slowest {slowest:?}; each {} to {}",
        served.iter().min().unwrap(),
        served.iter().max().unwrap()
    ));
    assert_eq!(starved, 0, "never served");
    recovered(&replicas, &administrator);
}
