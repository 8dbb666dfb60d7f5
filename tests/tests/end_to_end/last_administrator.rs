//! Nobody may leave the system without an enabled administrator who can sign in.

use roster_tests::{Actor, Service};
use serde_json::json;
use std::sync::Barrier;
use std::thread;

fn path(person: &Actor) -> String {
    format!("/users/{}", person.id)
}

#[test]
fn the_last_one_can_neither_go_nor_step_down() {
    let service = Service::start();
    let administrator = service.administrator();
    service.user_made_by(&administrator, "tech");
    let own = path(&administrator);
    administrator.delete(&own).expect_problem(409, "last_administrator");
    administrator.patch(&own, json!({ "disabled": true })).expect_problem(409, "last_administrator");
    administrator.patch(&own, json!({ "roles": ["tech"] })).expect_problem(409, "last_administrator");
    let client = service.trusted_client("warden");
    client.delete(&own).expect_problem(409, "last_administrator");
    let roles = administrator.patch(&own, json!({ "roles": ["hr"] })).expect(200)["roles"].clone();
    assert_eq!(roles, json!(["hr"]), "hr and board are equal");
}

#[test]
fn a_disabled_administrator_is_none() {
    let service = Service::start();
    let administrator = service.administrator();
    let other = service.user_made_by(&administrator, "board");
    administrator.patch(&path(&other), json!({ "disabled": true })).expect(200);
    administrator
        .patch(&path(&administrator), json!({ "roles": ["tech"] }))
        .expect_problem(409, "last_administrator");
    administrator.patch(&path(&other), json!({ "disabled": false })).expect(200);
    administrator.patch(&path(&administrator), json!({ "roles": ["tech"] })).expect(200);
}

#[test]
fn two_who_act_on_each_other_at_the_same_instant_leave_one() {
    let service = Service::start();
    let first = service.administrator();
    let second = service.user_made_by(&first, "hr");
    let (demote, disable) = (json!({ "roles": ["tech"] }), json!({ "disabled": true }));
    for round in 0..30 {
        let change = if round % 2 == 0 { &demote } else { &disable };
        let start = Barrier::new(2);
        let act = |by: &Actor, on: &Actor| {
            start.wait();
            by.patch(&path(on), change.clone()).status
        };
        let statuses = thread::scope(|scope| {
            let one = scope.spawn(|| act(&first, &second));
            let other = scope.spawn(|| act(&second, &first));
            [one.join().unwrap(), other.join().unwrap()]
        });
        assert!(statuses.contains(&200), "round {round}: {statuses:?}");
        assert!(
            statuses.iter().any(|status| [401, 403, 409].contains(status)),
            "round {round}: {statuses:?}"
        );
        let left = service
            .database()
            .count("SELECT count(*) AS value FROM users WHERE administrator AND NOT disabled");
        assert_eq!(left, 1, "round {round}: {statuses:?}");
        let (winner, loser) = if statuses[0] == 200 { (&first, &second) } else { (&second, &first) };
        winner.patch(&path(loser), json!({ "roles": ["board"], "disabled": false })).expect(200);
    }
}
