//! A database server that crashes and recovers, again and again, under load.

use roster_tests::{Dice, PostgresServer, Replicas, is_long_run, let_pass, report};
use std::time::{Duration, Instant};

use super::load::{Hand, call_meanwhile, figures, hands, shut_out};
use super::weather_report::{assert_answered_in_time, patient, recovered};

#[test]
fn a_server_that_crashes_again_and_again_takes_along_nothing_that_was_acknowledged() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let replicas = Replicas::start_with(&server.url(&database), 2, patient);
    let administrator = replicas[0].administrator();
    let shut_out = shut_out(&replicas, &administrator);
    let mut hands = hands(&replicas, &administrator, &shut_out, 8);
    let (rounds, start) = (if is_long_run() { 20 } else { 3 }, Instant::now());
    let mut dice = Dice::of(7);
    let recoveries: Vec<Duration> = call_meanwhile(&mut hands, || {
        let round = |_| {
            let_pass(Duration::from_millis(300 + u64::try_from(dice.roll(1_500)).unwrap()));
            server.crash_and_recover();
            recovered(&replicas, &administrator)
        };
        (0..rounds).map(round).collect()
    });
    let figures_meanwhile = figures(&hands, start);
    assert_answered_in_time(figures_meanwhile.slowest);

    let calm = Instant::now();
    call_meanwhile(&mut hands, || let_pass(Duration::from_secs(1)));
    assert_eq!(figures(&hands, calm).unavailable, 0, "all is well afterwards");
    for hand in &hands {
        hand.check(&mut server.sql(&database));
    }
    let acknowledged: usize = hands.iter().map(Hand::acknowledged).sum();
    report(&format!(
        "{rounds} crashes of the database server: {figures_meanwhile}; {acknowledged} acknowledged writes, none lost; \
         well again after {:?} at most",
        recoveries.iter().max().unwrap()
    ));
}
