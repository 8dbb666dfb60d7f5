//! How long an answer takes does not tell whether there is an account, or how its password is hashed.

use roster_tests::{Actor, Service, how_often_longer, invented, is_long_run, median_milliseconds, report};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const WRONG: &str = "canary-wrong-password";

/// How often each kind of try is made.
fn tries() -> usize {
    if is_long_run() { 400 } else { 3 }
}

/// Costs of bcrypt: that of the service, a cheaper and a dearer one. Where nothing is measured all are cheap.
fn costs() -> [&'static str; 3] {
    if is_long_run() { ["10", "8", "11"] } else { ["5", "4", "6"] }
}

/// A kind of try, all of which are answered alike; the first is what the others are compared with.
struct Kind {
    what: &'static str,
    email: String,
    password: String,
}

/// A service that bears any number of failures and forgets them soon, so that only hashing takes time.
fn service() -> Service {
    let options = Service::options().with("ROSTER_BCRYPT_COST", costs()[0]).with("ROSTER_LOGIN_WINDOW", "1");
    let endless = ["FAILURES_PER_ACCOUNT", "FAILURES_PER_ADDRESS", "SLOWDOWN_AFTER"];
    let with = |options: roster_tests::ServiceOptions, name: &&str| {
        options.with(format!("ROSTER_LOGIN_{name}"), "1000000")
    };
    endless.iter().fold(options, with).start()
}

fn kinds(service: &Service) -> Vec<Kind> {
    let [_, cheaper, dearer] = costs();
    let administrator = service.administrator();
    let person = || service.user_made_by(&administrator, "tech");
    let hashed_at = |cost: &str| {
        let person = person();
        let run = service.command(["user", "set-password", "--email", &person.email]);
        run.with("ROSTER_BCRYPT_COST", cost).reading("canary-hashed-at-another-cost\n").succeed();
        person
    };
    // As it is where an operator dropped a master secret that was still needed.
    let forgotten = person();
    let (id, hash) = (forgotten.id.replace('-', ""), "'v1$00000000' || substr(password_hash, 12)");
    service
        .tamper(&format!("UPDATE credentials SET password_hash = {hash} WHERE lower(hex(user_id)) = '{id}'"));
    let disabled = person();
    administrator.patch(&format!("/users/{}", disabled.id), json!({ "disabled": true })).expect(200);
    let wrong = |what, person: Actor| Kind { what, email: person.email, password: WRONG.to_owned() };
    vec![
        wrong("a wrong password", person()),
        Kind {
            what: "an unknown address",
            email: "nobody@example.com".to_owned(),
            password: WRONG.to_owned(),
        },
        Kind { what: "no address", email: "nobody".to_owned(), password: WRONG.to_owned() },
        Kind { what: "somebody disabled, rightly", email: disabled.email, password: disabled.password },
        wrong("a cheaper hash", hashed_at(cheaper)),
        wrong("a dearer hash", hashed_at(dearer)),
        wrong("a hash of a secret that is gone", forgotten),
    ]
}

/// How long each try took, by kind: made in random order by so many clients at once.
fn measure(service: &Service, kinds: &[Kind], clients: usize) -> Vec<Vec<Duration>> {
    let expected = service.try_password(&kinds[0].email, WRONG).likeness();
    let mut order: Vec<usize> = (0..kinds.len()).flat_map(|kind| vec![kind; tries()]).collect();
    order.sort_by_cached_key(|_| invented());
    let order = Mutex::new(order);
    let times = Mutex::new(vec![Vec::new(); kinds.len()]);
    let next = || order.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                while let Some(kind) = next() {
                    let Kind { what, email, password } = &kinds[kind];
                    let start = Instant::now();
                    let answer = service.try_password(email, password);
                    let took = start.elapsed();
                    assert_eq!(answer.likeness(), expected, "{what}");
                    times.lock().unwrap_or_else(PoisonError::into_inner)[kind].push(took);
                }
            });
        }
    });
    times.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Measures, tells what came of it, and, if there were enough tries to say so, requires that nothing can be told apart.
fn compare(clients: usize) {
    let service = service();
    let kinds = kinds(&service);
    let times = measure(&service, &kinds, clients);
    let mut table = format!(
        "signing in, {clients} at once, {} tries each: median ms, how often longer than a wrong password",
        tries()
    );
    let mut suspicious = Vec::new();
    for (kind, of_kind) in kinds.iter().zip(&times) {
        assert_eq!(of_kind.len(), tries(), "{}", kind.what);
        let how_often = how_often_longer(of_kind, &times[0]);
        write!(table, "\n  {:32} {:9.2} {how_often:6.3}", kind.what, median_milliseconds(of_kind)).unwrap();
        if !(0.40..=0.60).contains(&how_often) {
            suspicious.push(kind.what);
        }
    }
    report(&table);
    assert!(!is_long_run() || suspicious.is_empty(), "{suspicious:?} can be told: {table}");
}

#[test]
fn one_after_the_other_no_kind_of_failure_takes_longer() {
    compare(1);
}

#[test]
fn beside_each_other_no_kind_of_failure_takes_longer() {
    compare(4);
}
