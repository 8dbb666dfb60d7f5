//! How long an answer takes does not tell how much of a client's secret was right.

use roster_tests::{
    ClientCredentials, Service, how_often_longer, invented, is_long_run, median_milliseconds, report,
};
use std::time::Instant;

/// The secret with this sign of it changed.
fn changed_at(client: &ClientCredentials, place: usize) -> ClientCredentials {
    let mut signs: Vec<char> = client.secret.chars().collect();
    signs[place] = if signs[place] == 'A' { 'B' } else { 'A' };
    ClientCredentials { secret: signs.into_iter().collect(), ..client.clone() }
}

#[test]
fn a_secret_wrong_at_its_end_takes_as_long_as_one_wrong_at_its_start() {
    let tries = if is_long_run() { 5_000 } else { 20 };
    let service = Service::start();
    let right = service.register_client("backend", &[]);
    let last = right.secret.len() - 1;
    let wrong = [changed_at(&right, 0), changed_at(&right, last)];
    let ask = |client: &ClientCredentials| service.ask_as(client, &[("grant_type", "client_credentials")]);
    let expected = ask(&wrong[0]).likeness();
    let mut order: Vec<usize> = (0..2).flat_map(|place| vec![place; tries]).collect();
    order.sort_by_cached_key(|_| invented());
    let mut times = [Vec::new(), Vec::new()];
    for place in order {
        let start = Instant::now();
        let answer = ask(&wrong[place]);
        times[place].push(start.elapsed());
        assert_eq!(answer.likeness(), expected);
    }
    let [at_start, at_end] = &times;
    let how_often = how_often_longer(at_end, at_start);
    report(&format!(
        "client secrets, {tries} tries each: median ms {:.3} wrong at the start, {:.3} at the end, longer {how_often:.3}",
        median_milliseconds(at_start),
        median_milliseconds(at_end),
    ));
    assert!(!is_long_run() || (0.40..=0.60).contains(&how_often), "{how_often}");
    ask(&right).expect(200);
}
