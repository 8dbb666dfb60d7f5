//! `Idempotency-Key`: a call that is sent again changes nothing again, and gets the same answer.

use roster_tests::{Actor, Answer, Body, Service, invented};
use serde_json::{Value, json};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

fn somebody() -> Value {
    json!({
        "firstName": "Robin", "lastName": "Once", "email": format!("{}@example.com", invented()),
        "plainPassword": "canary password of Robin", "roles": ["tech"],
    })
}

fn post(by: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    by.send("POST", path, &[("idempotency-key", key)], &body.clone().into())
}

fn give(user: &str) -> Value {
    json!({ "userId": user, "actions": ["doors:open"] })
}

#[test]
fn a_person_is_created_once_and_answered_alike_again() {
    let mut service = Service::start();
    let (key, body) = (invented(), somebody());
    let administrator = service.administrator();
    let first = post(&administrator, "/users", &key, &body);
    let created = first.expect(201);
    let id = created["id"].as_str().unwrap().to_owned();
    // The answer of then, whatever became of the person since.
    administrator.patch(&format!("/users/{id}"), json!({ "firstName": "Changed" })).expect(200);
    for _ in 0..2 {
        let again = post(&administrator, "/users", &key, &body);
        assert_eq!(again.expect(201), created);
        for header in ["location", "etag"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
        service.kill();
        service.restart();
    }
    let events = "SELECT count(*) AS value FROM events WHERE type = 'user.created' AND subject_id = '";
    assert_eq!(service.database().count(&format!("{events}{id}'")), 1);
}

#[test]
fn access_is_given_and_removed_once() {
    let service = Service::start();
    let administrator = service.administrator();
    let tech = service.user_made_by(&administrator, "tech");
    let path = |call: &str| format!("/facilities/{FACILITY}/{call}");
    let (first, second) = (invented(), invented());
    let given = post(&administrator, &path("give_access"), &first, &give(&tech.id)).expect(200);
    let removed = post(&administrator, &path("remove_access"), &second, &give(&tech.id)).expect(200);
    assert_eq!(post(&administrator, &path("give_access"), &first, &give(&tech.id)).expect(200), given);
    assert_eq!(post(&administrator, &path("remove_access"), &second, &give(&tech.id)).expect(200), removed);
    let held = administrator.get(&format!("/users/{}/facilities", tech.id)).expect(200);
    assert_eq!(held["results"], json!([]), "the replay gave nothing again");
}

#[test]
fn a_key_is_good_for_one_request_of_one_caller() {
    let service = Service::start();
    let administrator = service.administrator();
    let hr = service.user_made_by(&administrator, "hr");
    let (key, body) = (invented(), somebody());
    post(&administrator, "/users", &key, &body).expect(201);
    let reused = |path: &str, body: &Value| {
        post(&administrator, path, &key, body).expect_problem(422, "idempotency_key_reused");
    };
    reused("/users", &somebody());
    reused(&format!("/facilities/{FACILITY}/give_access"), &give(&hr.id));
    reused("/facilities/no-uuid/give_access", &give(&hr.id));
    // The same request of somebody else is another: its address is taken by now.
    post(&hr, "/users", &key, &body).expect_problem(409, "email_already_used");
    post(&hr, "/users", &key, &somebody()).expect(201);
}

#[test]
fn of_many_at_once_one_acts_and_all_hear_the_same() {
    let service = Service::start();
    let administrator = service.administrator();
    let (key, body) = (invented(), somebody());
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| post(&administrator, "/users", &key, &body).expect(201)))
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn what_was_refused_is_not_kept() {
    let service = Service::start();
    let administrator = service.administrator();
    let (key, body) = (invented(), somebody());
    let mut faulty = body.clone();
    faulty["roles"] = json!([]);
    post(&administrator, "/users", &key, &faulty).expect_problem(422, "validation_failed");
    post(&administrator, "/users", &key, &body).expect(201);
}

#[test]
fn the_right_is_looked_at_before_anything_is_told_again() {
    let service = Service::start();
    let administrator = service.administrator();
    let hr = service.user_made_by(&administrator, "hr");
    let (key, body) = (invented(), somebody());
    post(&hr, "/users", &key, &body).expect(201);
    administrator.patch(&format!("/users/{}", hr.id), json!({ "roles": ["tech"] })).expect(200);
    post(&hr, "/users", &key, &body).expect_problem(403, "insufficient_role");
}

#[test]
fn what_is_kept_goes_with_the_person_and_holds_no_secret() {
    let service = Service::start();
    let administrator = service.administrator();
    let (key, body) = (format!("canary-key-{}", invented()), somebody());
    let created = post(&administrator, "/users", &key, &body).expect(201);
    let kept = || service.database().count("SELECT count(*) AS value FROM kept_outcomes");
    assert_eq!(kept(), 1);
    let lies =
        |text: &str| service.stored().iter().any(|bytes| String::from_utf8_lossy(bytes).contains(text));
    assert!(lies("\"user_created_v1\""), "the search finds what is there");
    assert!(!lies(&key) && !lies("canary password of Robin"));
    administrator.delete(&format!("/users/{}", created["id"].as_str().unwrap())).expect(200);
    assert_eq!(kept(), 0);
    post(&administrator, "/users", &key, &body).expect(201);
}

#[test]
fn a_key_has_one_form_and_counts_on_the_calls_that_take_one() {
    let service = Service::start();
    let administrator = service.administrator();
    let body = Body::from(somebody());
    for key in ["", "\u{e9}", &"k".repeat(256)] {
        let answer = administrator.send("POST", "/users", &[("idempotency-key", key)], &body);
        answer.expect_problem(400, "malformed_request");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    administrator.send("POST", "/users", &twice, &body).expect_problem(400, "malformed_request");
    let tech = service.user_made_by(&administrator, "tech");
    let again = json!({ "description": "x" });
    for _ in 0..2 {
        let path = format!("/users/{}", tech.id);
        let answer = administrator.send("PATCH", &path, &[("idempotency-key", "k")], &again.clone().into());
        answer.expect(200);
    }
}
