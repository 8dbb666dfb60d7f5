//! A server that is lost, and a standby in its place.

use roster_tests::{Actor, PostgresServer, Replicas, at_once, is_long_run, let_pass, report};
use serde_json::json;
use std::time::{Duration, Instant};

use super::load::{Hand, call_meanwhile, figures, hands, shut_out};
use super::weather_report::{assert_answered_in_time, patient, recovered};

/// The URL of a database on whichever of the two takes writes.
fn either(server: &PostgresServer, standby: &PostgresServer, database: &str) -> String {
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", server.port(), standby.port());
    format!("postgres://postgres@{hosts}/{database}?target_session_attrs=read-write")
}

#[test]
fn what_was_acknowledged_survives_the_loss_of_the_server() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let standby = server.synchronous_standby();
    let replicas = Replicas::start_with(&either(&server, &standby, &database), 2, patient);
    let administrator = replicas[0].administrator();
    let shut_out = shut_out(&replicas, &administrator);
    let mut hands = hands(&replicas, &administrator, &shut_out, 8);
    let start = Instant::now();
    let (promotion, recovery) = call_meanwhile(&mut hands, || {
        let_pass(Duration::from_secs(2));
        server.kill();
        let lost = Instant::now();
        standby.promote();
        let promotion = lost.elapsed();
        (promotion, recovered(&replicas, &administrator))
    });
    let figures = figures(&hands, start);
    for hand in &hands {
        hand.check(&mut standby.sql(&database));
    }
    let acknowledged: usize = hands.iter().map(Hand::acknowledged).sum();
    report(&format!(
        "loss of the database server: {figures}; {acknowledged} acknowledged writes, none lost; promoted after \
         {promotion:?}, well again {recovery:?} later"
    ));
    assert_answered_in_time(figures.slowest);
}

#[test]
fn a_write_that_no_standby_has_is_not_acknowledged_and_reads_go_on() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let standby = server.synchronous_standby();
    let replicas = Replicas::start_with(&either(&server, &standby, &database), 1, patient);
    let administrator = replicas[0].administrator();
    let people: Vec<Actor> = (0..30).map(|_| replicas[0].user_made_by(&administrator, "tech")).collect();
    let rename = |person: &Actor, name: &str| {
        administrator.patch(&format!("/users/{}", person.id), json!({ "firstName": name }))
    };
    standby.crash();
    for _ in 0..if is_long_run() { 10 } else { 2 } {
        at_once(people.len(), |number| {
            let began = Instant::now();
            let answer = rename(&people[number], "Nobody Knows");
            answer.expect_problem(503, "unavailable");
            answer.retry_after();
            assert_answered_in_time(began.elapsed());
        });
        for person in &people {
            person.get("/user").expect(200);
        }
    }
    let connections = "SELECT count(*) AS value FROM pg_stat_activity WHERE application_name = 'roster'";
    let connections = server.sql(&database).count(connections);
    standby.start_again();
    let recovery = recovered(&replicas, &administrator);
    rename(&people[0], "Confirmed").expect(200);
    report(&format!(
        "no standby: {connections} connections at the end, well again {recovery:?} after its return"
    ));
    server.kill();
    standby.promote();
    recovered(&replicas, &administrator);
    assert_eq!(people[0].get("/user").expect(200)["data"]["firstName"], "Confirmed");
}
