//! Who may ask about whom.

use roster_tests::Actor;
use serde_json::{Value, json};

use super::{RECORD_1, Scenario, facility, permitted, user};

/// Every question about somebody.
fn questions(about: &Actor) -> [(&'static str, Value); 4] {
    let one = Scenario::about(about, "read", RECORD_1);
    [
        ("evaluation", one.clone()),
        ("evaluations", json!({ "evaluations": [one] })),
        (
            "search/resource",
            json!({
                "subject": user(about), "action": { "name": "read" }, "resource": { "type": "facility" },
            }),
        ),
        ("search/action", json!({ "subject": user(about), "resource": facility(RECORD_1) })),
    ]
}

fn subjects() -> Value {
    json!({ "subject": { "type": "user" }, "action": { "name": "read" }, "resource": facility(RECORD_1) })
}

#[test]
fn about_oneself_one_of_two_scopes_is_enough() {
    let scenario = Scenario::new();
    for scopes in [&["profile:get"][..], &["access:check"]] {
        let alice = scenario.service.sign_in_with(&scenario.alice, scopes);
        for (path, body) in questions(&alice) {
            alice.post(&format!("/access/v1/{path}"), body).expect(200);
        }
        let own = Scenario::about(&alice, "read", RECORD_1);
        assert_eq!(alice.post("/access/v1/evaluation", own).expect(200), permitted());
    }
    let without = scenario.service.sign_in_without(&scenario.alice, &["profile:get", "access:check"]);
    for (path, body) in questions(&without) {
        without.post(&format!("/access/v1/{path}"), body).expect_problem(403, "insufficient_scope");
    }
}

#[test]
fn about_others_it_takes_the_scope_and_an_administrator_or_a_client() {
    let scenario = Scenario::new();
    let own_scope = scenario.service.sign_in_with(&scenario.administrator, &["profile:get"]);
    for (path, body) in questions(&scenario.bob) {
        let path = format!("/access/v1/{path}");
        for asking in [&scenario.asking, &scenario.administrator] {
            asking.post(&path, body.clone()).expect(200);
        }
        scenario.alice.post(&path, body.clone()).expect_problem(403, "insufficient_role");
        own_scope.post(&path, body).expect_problem(403, "insufficient_scope");
    }
    let path = "/access/v1/search/subject";
    for asking in [&scenario.asking, &scenario.administrator] {
        asking.post(path, subjects()).expect(200);
    }
    scenario.alice.post(path, subjects()).expect_problem(403, "insufficient_role");
    own_scope.post(path, subjects()).expect_problem(403, "insufficient_scope");
}

#[test]
fn of_somebody_unknown_nothing_is_told_to_whom_may_not_ask() {
    let scenario = Scenario::new();
    for id in ["ae34bc53-660c-4d7b-94df-393baed04f32", "no-uuid"] {
        let mut asked = Scenario::about(&scenario.bob, "read", RECORD_1);
        asked["subject"]["id"] = json!(id);
        scenario.alice.post("/access/v1/evaluation", asked).expect_problem(403, "insufficient_role");
    }
}

#[test]
fn one_question_too_many_is_refused_whole() {
    let scenario = Scenario::new();
    let items = [&scenario.alice, &scenario.bob].map(|who| Scenario::about(who, "read", RECORD_1));
    let answer = scenario.alice.post("/access/v1/evaluations", json!({ "evaluations": items }));
    answer.expect_problem(403, "insufficient_role");
}

#[test]
fn faults_of_the_body_are_told_before_the_right_that_only_the_body_shows() {
    let scenario = Scenario::new();
    let mut asked = Scenario::about(&scenario.bob, "read", RECORD_1);
    asked["action"] = json!({});
    scenario.alice.post("/access/v1/evaluation", asked).expect_problem(400, "malformed_request");
}
