//! Level Basic: one decision.

use roster_tests::{Body, eventually};
use serde_json::{Value, json};

use super::{RECORD_1, RECORD_2, Scenario, denied, permitted, with};

const EVALUATION: &str = "/access/v1/evaluation";

#[test]
fn the_fixtures_decisions_are_as_they_must_be() {
    let scenario = Scenario::new();
    let Scenario { alice, bob, .. } = &scenario;
    for (who, action, expected) in [
        (alice, "read", permitted()),
        (alice, "write", permitted()),
        (bob, "read", permitted()),
        (bob, "write", denied("no_grant")),
    ] {
        let asked = Scenario::about(who, action, RECORD_1);
        for _ in 0..3 {
            assert_eq!(scenario.evaluate(asked.clone()), expected, "{asked}");
        }
        // Neither a context nor properties nor what a later version may add changes a decision.
        let mut more =
            with(asked, "", "context", json!({ "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1" }));
        more = with(more, "", "foo", json!("bar"));
        more = with(more, "", "futureField", json!({ "nested": [true, 1, 1.5, -1, "x", null] }));
        more = with(more, "/subject", "properties", json!({ "department": "Sales", "role": "admin" }));
        more = with(more, "/action", "properties", json!({ "method": "GET", "soft": true }));
        more = with(more, "/resource", "properties", json!({ "status": "archived", "owner": "bob" }));
        assert_eq!(scenario.evaluate(more), expected);
    }
}

#[test]
fn every_denial_has_its_reason() {
    let scenario = Scenario::new();
    let Scenario { service, administrator, alice, bob, .. } = &scenario;
    let asked = Scenario::about(bob, "read", RECORD_2);
    assert_eq!(scenario.evaluate(asked.clone()), denied("no_grant"));
    let expiry = service.database().time_in(2);
    let body = json!({ "userId": bob.id, "actions": ["read"], "expiresAt": expiry });
    administrator.post(&format!("/facilities/{RECORD_2}/give_access"), body).expect(200);
    eventually("the end of the grant", || {
        (scenario.evaluate(asked.clone()) == denied("expired")).then_some(())
    });
    administrator.patch(&format!("/users/{}", alice.id), json!({ "disabled": true })).expect(200);
    let asked = Scenario::about(alice, "read", RECORD_1);
    assert_eq!(scenario.evaluate(asked.clone()), denied("user_disabled"));
    administrator.delete(&format!("/users/{}", alice.id)).expect(200);
    assert_eq!(scenario.evaluate(asked), denied("unknown_user"));
}

#[test]
fn whatever_is_unknown_is_denied_and_no_fault() {
    let scenario = Scenario::new();
    let asked = Scenario::about(&scenario.alice, "read", RECORD_1);
    for (pointer, member, value, reason) in [
        ("/subject", "type", "spaceship", "unknown_user"),
        ("/subject", "type", "User", "unknown_user"),
        ("/subject", "id", "alice", "unknown_user"),
        ("/subject", "id", "alice@example.com\u{0}", "unknown_user"),
        ("/subject", "id", "ae34bc53-660c-4d7b-94df-393baed04f32", "unknown_user"),
        ("/resource", "type", "record", "no_grant"),
        ("/resource", "id", "record-1", "no_grant"),
        ("/action", "name", "READ", "no_grant"),
        ("/action", "name", "", "no_grant"),
    ] {
        let unknown = with(asked.clone(), pointer, member, json!(value));
        assert_eq!(scenario.evaluate(unknown), denied(reason), "{member} {value}");
    }
    let shouted = scenario.alice.id.to_uppercase();
    assert_eq!(scenario.evaluate(with(asked, "/subject", "id", json!(shouted))), permitted());
}

#[test]
fn what_is_missing_or_of_a_wrong_type_is_400() {
    let scenario = Scenario::new();
    let good = Scenario::about(&scenario.alice, "read", RECORD_1);
    for entity in ["subject", "action", "resource"] {
        let pointer = format!("/{entity}");
        let missing = [(pointer.clone(), "required".to_owned())];
        assert_eq!(scenario.refuses("evaluation", with(good.clone(), "", entity, Value::Null)), missing);
        for wrong in [json!("alice"), json!(1), json!([]), json!(true)] {
            let refused = scenario.refuses("evaluation", with(good.clone(), "", entity, wrong));
            assert_eq!(refused, [(pointer.clone(), "wrong_type".to_owned())]);
        }
        let members: &[&str] = if entity == "action" { &["name"] } else { &["type", "id"] };
        for member in members {
            let at = format!("{pointer}/{member}");
            let refused = scenario.refuses("evaluation", with(good.clone(), &pointer, member, Value::Null));
            assert_eq!(refused, [(at.clone(), "required".to_owned())]);
            let refused = scenario.refuses("evaluation", with(good.clone(), &pointer, member, json!(123)));
            assert_eq!(refused, [(at, "wrong_type".to_owned())]);
        }
        let properties = with(good.clone(), &pointer, "properties", json!("none"));
        let refused = scenario.refuses("evaluation", properties);
        assert_eq!(refused, [(format!("{pointer}/properties"), "wrong_type".to_owned())]);
    }
    assert_eq!(
        scenario.refuses("evaluation", with(good, "", "context", json!([]))),
        [("/context".to_owned(), "wrong_type".to_owned())]
    );
    let all: Vec<String> = scenario.refuses("evaluation", json!({})).into_iter().map(|(at, _)| at).collect();
    assert_eq!(all, ["/subject", "/action", "/resource"], "all at once");
}

#[test]
fn what_is_no_json_object_is_400() {
    let scenario = Scenario::new();
    let send = |headers: &[(&str, &str)], body: Vec<u8>| {
        scenario.asking.send("POST", EVALUATION, headers, &Body::Bytes("application/json", body))
    };
    let good = Scenario::about(&scenario.alice, "read", RECORD_1).to_string();
    let text = [("content-type", "text/plain")];
    send(&text, good.clone().into_bytes()).expect_problem(400, "malformed_request");
    let twice = good.replacen('{', "{\"action\":{\"name\":\"read\"},", 1);
    let twice_inside = good.replacen("\"name\"", "\"name\":\"x\",\"name\"", 1);
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(33), "]".repeat(33));
    for body in ["", "{", "null", "[]", "\"x\"", &format!("{good} x"), &twice, &twice_inside, &deep] {
        send(&[], body.as_bytes().to_vec()).expect_problem(400, "malformed_request");
    }
    let told = send(&[], twice_inside.into_bytes()).expect_problem(400, "malformed_request");
    let detail = told["detail"].as_str().unwrap();
    assert!(detail.starts_with("The body has a member that is given twice at `action`, line 1"), "{detail}");
    let large = format!("{good}{}", " ".repeat(64 * 1024));
    send(&[], large.into_bytes()).expect_problem(413, "too_large");
    send(&[("content-encoding", "gzip")], good.into_bytes()).expect_problem(415, "unsupported_media_type");
    let query = scenario.asking.post(&format!("{EVALUATION}?x=1"), json!({}));
    query.expect_problem(400, "malformed_request");
}

#[test]
fn the_name_of_a_request_comes_back() {
    let scenario = Scenario::new();
    let body = Body::Json(Scenario::about(&scenario.alice, "read", RECORD_1));
    for path in [EVALUATION, "/access/v1/search/subject"] {
        let named = |name: &str| {
            let answer = scenario.asking.send("POST", path, &[("x-request-id", name)], &body);
            answer.header("x-request-id").unwrap_or_default().to_owned()
        };
        let usual = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
        assert_eq!(named(usual), usual);
        assert!(!["", "my request / 7"].contains(&named("my request / 7").as_str()), "as everywhere else");
    }
}

#[test]
fn a_decision_writes_nothing() {
    let scenario = Scenario::new();
    let before = scenario.service.database().contents();
    scenario.evaluate(Scenario::about(&scenario.alice, "read", RECORD_1));
    scenario.evaluate_all(json!({ "evaluations": [Scenario::about(&scenario.bob, "write", RECORD_1)] }));
    assert_eq!(scenario.service.database().contents().changed_since(&before), [""; 0]);
}
