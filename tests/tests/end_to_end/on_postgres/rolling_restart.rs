//! Each instance restarted in turn, behind `HAProxy`, while people call.

use roster_tests::{Actor, Body, HaProxy, Http, Replicas, ServerDatabase, is_long_run, report, within};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What one caller saw: answers, the slowest of them, and the last name that was acknowledged.
#[derive(Default)]
struct Seen {
    answers: usize,
    slowest: Duration,
    name: String,
}

/// Reads and writes through the balancer without a pause. Not one call may fail.
fn call(http: &Http, administrator: &Actor, person: &Actor, is_over: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    let (administrator, person) = (administrator.by(http), person.by(http));
    let path = format!("/users/{}", person.id);
    while !is_over.load(Ordering::SeqCst) {
        let began = Instant::now();
        if seen.answers % 3 == 0 {
            let name = format!("Name {}", seen.answers);
            administrator.patch(&path, json!({ "firstName": name })).expect(200);
            seen.name = name;
        } else {
            let found = person.get("/user").expect(200);
            assert!(seen.name.is_empty() || found["data"]["firstName"] == seen.name.as_str(), "{found}");
        }
        seen.answers += 1;
        seen.slowest = seen.slowest.max(began.elapsed());
    }
    seen
}

/// Restarts one after the other; each must be chosen again before the next one goes.
fn restart_each(replicas: &mut Replicas, balancer: &HaProxy) {
    for number in 0..replicas.instances().len() {
        let instance = replicas.instance_mut(number);
        assert!(instance.terminate().success(), "it drains");
        instance.restart();
        within(Duration::from_secs(20), "an instance in use again", || {
            (balancer.up() == replicas.instances().len()).then_some(())
        });
    }
}

#[test]
fn no_call_fails_while_each_instance_is_restarted_in_turn() {
    let database = ServerDatabase::empty();
    let mut replicas = Replicas::on_fixed_ports(database.url(), 3);
    let addresses: Vec<_> = replicas.instances().iter().map(roster_tests::Service::address).collect();
    let Some(balancer) = HaProxy::before(&addresses) else { return };
    within(Duration::from_secs(20), "all instances in use", || (balancer.up() == 3).then_some(()));
    let administrator = replicas[0].administrator();
    let people: Vec<Actor> = (0..6).map(|_| replicas[0].user_made_by(&administrator, "tech")).collect();
    let is_over = AtomicBool::new(false);
    let rounds = if is_long_run() { 5 } else { 1 };
    let seen: Vec<Seen> = thread::scope(|scope| {
        let callers: Vec<_> = people
            .iter()
            .map(|person| {
                let (http, administrator, is_over) = (balancer.http(), &administrator, &is_over);
                scope.spawn(move || call(&http, administrator, person, is_over))
            })
            .collect();
        for _ in 0..rounds {
            restart_each(&mut replicas, &balancer);
        }
        is_over.store(true, Ordering::SeqCst);
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    for (person, seen) in people.iter().zip(&seen) {
        let found = balancer.http().send("GET", "/health/ready", &[], &Body::Empty);
        found.expect_status(200);
        assert_eq!(person.at(&replicas[0]).get("/user").expect(200)["data"]["firstName"], seen.name.as_str());
    }
    report(&format!(
        "three instances restarted in turn behind HAProxy, {rounds} times: {} calls, none failed, slowest {:?}",
        seen.iter().map(|seen| seen.answers).sum::<usize>(),
        seen.iter().map(|seen| seen.slowest).max().unwrap()
    ));
}
