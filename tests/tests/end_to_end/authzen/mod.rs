//! The `OpenID` Authorization API 1.0, by what the scenario of its certification asks at each of its levels, and by what else
//! the standard says (<https://openid.net/specs/authorization-api-1_0.html>).

mod basic;
mod batch;
mod discovery;
mod rights;
mod search;

use roster_tests::{Actor, Answer, Service};
use serde_json::{Value, json};

/// The scenario's two records.
const RECORD_1: &str = "11111111-1111-4111-8111-111111111111";
const RECORD_2: &str = "22222222-2222-4222-8222-222222222222";

/// The scenario's world: Alice may read and write the first record, Bob may read it. What hangs on properties that the
/// request tells is not among it, since a decision rests on what is on record alone.
struct Scenario {
    service: Service,
    administrator: Actor,
    /// A client that asks.
    asking: Actor,
    alice: Actor,
    bob: Actor,
}

impl Scenario {
    fn new() -> Self {
        let service = Service::start();
        let administrator = service.administrator();
        let alice = service.user_made_by(&administrator, "tech");
        let bob = service.user_made_by(&administrator, "tech");
        administrator.give(&alice.id, RECORD_1, &["read", "write"]);
        administrator.give(&bob.id, RECORD_1, &["read"]);
        let asking = service.client("asking");
        Self { service, administrator, asking, alice, bob }
    }

    /// A request about one of the two.
    fn about(who: &Actor, action: &str, record: &str) -> Value {
        json!({ "subject": user(who), "action": { "name": action }, "resource": facility(record) })
    }

    #[track_caller]
    fn evaluate(&self, body: Value) -> Value {
        self.ask("evaluation", body).expect(200)
    }

    #[track_caller]
    fn evaluate_all(&self, body: Value) -> Value {
        self.ask("evaluations", body).expect(200)
    }

    #[track_caller]
    fn search(&self, what: &str, body: Value) -> Value {
        self.ask(&format!("search/{what}"), body).expect(200)
    }

    #[track_caller]
    fn ask(&self, path: &str, body: Value) -> Answer {
        let answer = self.asking.post(&format!("/access/v1/{path}"), body);
        if answer.status == 200 {
            assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
        }
        answer
    }

    /// Refused as a whole.
    #[track_caller]
    fn refuses(&self, path: &str, body: Value) -> Vec<(String, String)> {
        let problem = self.ask(path, body).expect_problem(400, "malformed_request");
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let text = |error: &Value, member: &str| error[member].as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }
}

fn user(who: &Actor) -> Value {
    json!({ "type": "user", "id": who.id })
}

fn facility(id: &str) -> Value {
    json!({ "type": "facility", "id": id })
}

fn permitted() -> Value {
    json!({ "decision": true })
}

fn denied(reason: &str) -> Value {
    json!({ "decision": false, "context": { "reasons": [reason] } })
}

/// The same value with one member set, or taken away where it is null.
fn with(mut value: Value, pointer: &str, member: &str, to: Value) -> Value {
    let object = value.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    if to.is_null() {
        object.remove(member);
    } else {
        object.insert(member.to_owned(), to);
    }
    value
}
