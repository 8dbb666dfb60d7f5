//! A network between service and database that swallows, refuses, delays or crawls.

use roster_tests::{
    ChaosProxy, Replicas, ServerDatabase, Service, Weather, is_long_run, let_pass, promised, report, within,
};
use std::time::{Duration, Instant};

use super::load::{call_meanwhile, figures, hands, shut_out};
use super::weather_report::{Size, assert_answered_in_time, lives_meanwhile, patient, recovered};

/// What of the work may succeed meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Succeeds {
    Nothing,
    Something,
}

fn becomes_unready(service: &Service) {
    within(promised(Duration::from_secs(6)), "the end of readiness", || {
        (service.nobody().get("/health/ready").status == 503).then_some(())
    });
}

fn withstands(weather: Weather, succeeds: Succeeds) {
    let database = ServerDatabase::empty();
    let proxy = ChaosProxy::to(database.port());
    let url = database.url().replace(&format!(":{}/", database.port()), &format!(":{}/", proxy.port()));
    let replicas = Replicas::start_with(&url, 1, patient);
    let administrator = replicas[0].administrator();
    let shut_out = shut_out(&replicas, &administrator);
    let mut hands = hands(&replicas, &administrator, &shut_out, 12);
    call_meanwhile(&mut hands, || let_pass(Duration::from_secs(1)));
    let before = Size::of(&replicas[0]);

    proxy.turn(weather);
    let start = Instant::now();
    let ((), live) = lives_meanwhile(&replicas[0], || {
        call_meanwhile(&mut hands, || {
            if succeeds == Succeeds::Nothing {
                becomes_unready(&replicas[0]);
            }
            let_pass(Duration::from_secs(if is_long_run() { 60 } else { 6 }));
        });
    });
    let by_now = Size::of(&replicas[0]);
    let bad = figures(&hands, start);
    proxy.turn(Weather::Fair);
    let recovery = recovered(&replicas, &administrator);
    report(&format!(
        "{weather:?} network: {bad}; told to live after {live:?} (median); {before} before, {by_now} at the end; well \
         again after {recovery:?}"
    ));
    assert_answered_in_time(bad.slowest);
    assert!(succeeds == Succeeds::Something || bad.served == 0, "{} were served", bad.served);
    before.assert_bounded(by_now);

    let calm = Instant::now();
    call_meanwhile(&mut hands, || let_pass(Duration::from_secs(1)));
    let calm = figures(&hands, calm);
    assert_eq!(calm.unavailable, 0, "afterwards: {calm}");
    for hand in &hands {
        hand.check(&mut database.sql());
    }
}

#[test]
fn a_database_that_never_answers_is_told_of_in_time() {
    withstands(Weather::BlackHole, Succeeds::Nothing);
}

#[test]
fn a_database_that_refuses_is_told_of_in_time() {
    withstands(Weather::Refuses, Succeeds::Nothing);
}

#[test]
fn a_database_that_answers_late_makes_nobody_wait_for_long() {
    withstands(Weather::Late, Succeeds::Something);
}

#[test]
fn a_database_behind_a_crawling_network_makes_nobody_wait_for_long() {
    withstands(Weather::Slow, Succeeds::Something);
}
