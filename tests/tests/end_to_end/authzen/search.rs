//! Level Search: who may, where, and what.

use serde_json::{Value, json};

use super::{RECORD_1, RECORD_2, Scenario, facility, user, with};

impl Scenario {
    fn subjects(action: &str) -> Value {
        json!({ "subject": { "type": "user" }, "action": { "name": action }, "resource": facility(RECORD_1) })
    }

    fn resources(&self, action: &str) -> Value {
        json!({
            "subject": user(&self.alice), "action": { "name": action }, "resource": { "type": "facility" },
        })
    }

    fn actions(&self) -> Value {
        json!({ "subject": user(&self.alice), "resource": facility(RECORD_1) })
    }

    /// Each search, and what it must find.
    fn searches(&self) -> [(&'static str, Value, Value); 3] {
        let mut people = [user(&self.alice), user(&self.bob)];
        people.sort_by_key(|person| person["id"].as_str().unwrap().to_owned());
        [
            ("subject", Self::subjects("read"), json!(people)),
            ("resource", self.resources("read"), json!([facility(RECORD_1)])),
            ("action", self.actions(), json!([{ "name": "read" }, { "name": "write" }])),
        ]
    }
}

#[test]
fn the_fixtures_searches_find_what_they_must() {
    let scenario = Scenario::new();
    for (what, body, expected) in scenario.searches() {
        let found = scenario.search(what, body.clone());
        assert_eq!(found["results"], expected);
        assert_eq!(found["page"], json!({ "next_token": "", "count": expected.as_array().unwrap().len() }));
        let context = json!({ "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1" });
        assert_eq!(scenario.search(what, with(body.clone(), "", "context", context))["results"], expected);
        let more = with(body, "/subject", "properties", json!({ "role": "admin" }));
        let more = with(more, "/resource", "properties", json!({ "status": "archived" }));
        assert_eq!(scenario.search(what, with(more, "", "foo", json!(1)))["results"], expected);
    }
}

#[test]
fn the_id_of_what_is_sought_is_ignored() {
    let scenario = Scenario::new();
    let [(_, subjects, people), (_, resources, records), _] = scenario.searches();
    for id in [json!(scenario.alice.id), json!("x"), json!(7)] {
        let named = with(subjects.clone(), "/subject", "id", id.clone());
        assert_eq!(scenario.search("subject", named)["results"], people);
        let named = with(resources.clone(), "/resource", "id", id);
        assert_eq!(scenario.search("resource", named)["results"], records);
    }
}

#[test]
fn what_is_unknown_finds_nothing() {
    let scenario = Scenario::new();
    for (what, body, _) in scenario.searches() {
        for (pointer, member) in [("/subject", "type"), ("/resource", "type"), ("/action", "name")] {
            if body.pointer(pointer).is_some() {
                let unknown = with(body.clone(), pointer, member, json!("spaceship"));
                assert_eq!(scenario.search(what, unknown)["results"], json!([]), "{what} {member}");
            }
        }
        for (pointer, id) in
            [("/subject", RECORD_1), ("/resource", RECORD_2), ("/subject", "x"), ("/resource", "x")]
        {
            if body.pointer(&format!("{pointer}/id")).is_some() {
                let unknown = with(body.clone(), pointer, "id", json!(id));
                assert_eq!(scenario.search(what, unknown)["results"], json!([]), "{what} {id}");
            }
        }
    }
}

#[test]
fn what_is_missing_is_400() {
    let scenario = Scenario::new();
    for (what, body, _) in scenario.searches() {
        let path = format!("search/{what}");
        let entities: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        for entity in entities {
            let refused = scenario.refuses(&path, with(body.clone(), "", &entity, Value::Null));
            assert_eq!(refused, [(format!("/{entity}"), "required".to_owned())], "{what}");
            let members: Vec<String> = body[&entity].as_object().unwrap().keys().cloned().collect();
            for member in members {
                let pointer = format!("/{entity}");
                let refused = scenario.refuses(&path, with(body.clone(), &pointer, &member, Value::Null));
                assert_eq!(refused, [(format!("/{entity}/{member}"), "required".to_owned())], "{what}");
            }
        }
        for (member, wrong) in
            [("limit", json!(-1)), ("limit", json!(1.5)), ("limit", json!("1")), ("token", json!(1))]
        {
            let refused = scenario.refuses(&path, with(body.clone(), "", "page", json!({ member: wrong })));
            assert_eq!(refused, [(format!("/page/{member}"), "wrong_type".to_owned())], "{what}");
        }
        let refused = scenario.refuses(&path, with(body, "", "page", json!([])));
        assert_eq!(refused, [("/page".to_owned(), "wrong_type".to_owned())], "{what}");
    }
}

/// Reads what a search finds page by page.
fn walk(scenario: &Scenario, what: &str, body: &Value, limit: usize) -> Vec<Value> {
    let mut page = scenario.search(what, with(body.clone(), "", "page", json!({ "limit": limit })));
    let mut found = Vec::new();
    loop {
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= limit, "{page}");
        assert_eq!(page["page"]["count"], results.len(), "{page}");
        found.extend(results.iter().cloned());
        let token = page["page"]["next_token"].as_str().unwrap();
        if token.is_empty() {
            return found;
        }
        // The limit of the first request counts, said again or not.
        let on = if found.len().is_multiple_of(2) {
            json!({ "token": token })
        } else {
            json!({ "token": token, "limit": limit })
        };
        page = scenario.search(what, with(body.clone(), "", "page", on));
    }
}

#[test]
fn pages_go_on_by_their_token() {
    let scenario = Scenario::new();
    for n in 0..7 {
        let another = scenario.service.user_made_by(&scenario.administrator, "tech");
        scenario.administrator.give(&another.id, RECORD_1, &["read"]);
        let place = format!("{n}3333333-3333-4333-8333-333333333333");
        scenario.administrator.give(&scenario.alice.id, &place, &["read"]);
        scenario.administrator.give(&scenario.alice.id, RECORD_1, &[&format!("action-{n}")]);
    }
    for (what, body, _) in scenario.searches() {
        let all = scenario.search(what, body.clone())["results"].as_array().unwrap().clone();
        assert!(all.len() >= 8, "{all:?}");
        for limit in [1, 2, 3, 100] {
            assert_eq!(walk(&scenario, what, &body, limit), all, "{what} by {limit}");
        }
        let huge = with(body.clone(), "", "page", json!({ "limit": 9_007_199_254_740_991_u64 }));
        assert_eq!(scenario.search(what, huge)["results"], json!(all));
        let none = scenario.search(what, with(body, "", "page", json!({ "limit": 0 })));
        assert_eq!((&none["results"], none["page"]["next_token"] != ""), (&json!([]), true));
    }
}

#[test]
fn a_token_is_good_for_its_own_search_alone() {
    let scenario = Scenario::new();
    let refused = [("/page/token".to_owned(), "unknown_token".to_owned())];
    let first = |what: &str, body: &Value| {
        let page = scenario.search(what, with(body.clone(), "", "page", json!({ "limit": 1 })));
        page["page"]["next_token"].as_str().unwrap().to_owned()
    };
    let (subjects, actions) = (Scenario::subjects("read"), scenario.actions());
    let token = first("subject", &subjects);
    let of_actions = first("action", &actions);
    let on = |body: &Value, token: &str| with(body.clone(), "", "page", json!({ "token": token }));
    scenario.search("subject", on(&subjects, &token));
    assert_eq!(scenario.refuses("search/subject", on(&Scenario::subjects("write"), &token)), refused);
    assert_eq!(scenario.refuses("search/subject", on(&subjects, &of_actions)), refused);
    assert_eq!(scenario.refuses("search/action", on(&actions, &token)), refused);
    let elsewhere = with(on(&subjects, &token), "/resource", "id", json!(RECORD_2));
    assert_eq!(scenario.refuses("search/subject", elsewhere), refused);
    let another_limit = with(subjects.clone(), "", "page", json!({ "token": token, "limit": 2 }));
    assert_eq!(scenario.refuses("search/subject", another_limit), refused);
    for place in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(scenario.refuses("search/subject", on(&subjects, &forged)), refused, "{place}");
    }
    for strange in ["", "x", "AAAA"] {
        assert_eq!(scenario.refuses("search/subject", on(&subjects, strange)), refused, "{strange}");
    }
}
