//! Roles and scopes are matched whole, and nobody widens their own.

use roster_tests::{ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, Answer, CLIENT, Service};
use serde_json::{Value, json};

#[test]
fn a_role_is_matched_whole() {
    let service = Service::start();
    let administrator = service.administrator();
    let own = format!("/users/{}", service.user_made_by(&administrator, "tech").id);
    let before = service.database().contents();
    for (role, code) in [
        ("HR", "unknown_role"),
        ("Hr", "unknown_role"),
        ("hr ", "unknown_role"),
        (" hr", "unknown_role"),
        ("RH", "unknown_role"),
        ("\u{ff48}\u{ff52}", "unknown_role"),
        ("h\u{200b}r", "unknown_role"),
        ("hr,board", "unknown_role"),
        ("hr board", "unknown_role"),
        ("superuser", "unknown_role"),
        ("administrator", "unknown_role"),
        ("*", "unknown_role"),
    ] {
        for roles in [json!([role]), json!(["tech", role])] {
            let place = format!("/roles/{}", roles.as_array().unwrap().len() - 1);
            let answer = administrator.patch(&own, json!({ "roles": roles }));
            assert_eq!(answer.expect_faults(), [(place, code.to_owned())], "{role:?}");
        }
    }
    for (roles, status) in [
        (json!([]), 422),
        (json!(null), 422),
        (json!([""]), 422),
        (json!("hr"), 400),
        (json!([{}]), 400),
        (json!([null]), 400),
        (json!([["hr"]]), 400),
        (json!([1]), 400),
        (json!({ "0": "hr" }), 400),
        (json!(true), 400),
    ] {
        administrator.patch(&own, json!({ "roles": roles })).expect_status(status);
    }
    let many = vec!["board"; 2_000];
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    let changed = administrator.patch(&own, json!({ "roles": many })).expect(200);
    assert_eq!(changed["roles"], json!(["board"]), "duplicates are one");
    let changed = administrator.patch(&own, json!({ "roles": ["rh", "hr", "rh"] })).expect(200);
    assert_eq!(changed["roles"], json!(["hr"]), "two spellings of one");
}

#[test]
fn nobody_changes_a_standing_without_the_scope_for_it() {
    let service = Service::start();
    let bystander = service.bystander();
    let hr = service.user("hr");
    let other = format!("/users/{}", service.user("tech").id);
    let own = format!("/users/{}", hr.id);
    let narrow = service.sign_in_with(&hr, &["profile:modify", "profile:get"]);
    let before = service.database().contents();
    for change in [
        json!({ "roles": ["board"] }),
        json!({ "roles": ["hr"] }),
        json!({ "disabled": false }),
        json!({ "emailVerified": true }),
        json!({ "groupId": null }),
        json!({ "firstName": "Eve", "roles": ["board"] }),
    ] {
        for method in ["PUT", "PATCH"] {
            let answer = narrow.send(method, &own, &[], &change.clone().into());
            answer.expect_problem(403, "insufficient_scope");
            assert!(answer.header("www-authenticate").unwrap().contains("users:modify"), "{answer}");
            narrow
                .send(method, &other, &[], &change.clone().into())
                .expect_problem(403, "insufficient_scope");
        }
    }
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    narrow.patch(&own, json!({ "firstName": "Eva" })).expect(200);
    hr.patch(&own, json!({ "roles": ["hr", "board"] })).expect(200);
    service.assert_unharmed(&bystander);
}

/// The answer to somebody who signs in and asks for this scope.
fn ask(service: &Service, scope: &Value) -> Answer {
    let body = json!({
        "grant_type": "password", "client_id": CLIENT, "username": ADMINISTRATOR_EMAIL,
        "password": ADMINISTRATOR_PASSWORD, "scope": scope,
    });
    service.http().send("POST", "/oauth/token", &[], &body.into())
}

#[test]
fn a_scope_is_matched_whole() {
    let service = Service::start();
    let bystander = service.bystander();
    let before = service.database().contents();
    for scope in [
        json!("users:ge"),
        json!("users:getx"),
        json!("users"),
        json!("users:"),
        json!("users:*"),
        json!("users:GET"),
        json!("USERS:GET"),
        json!("all"),
        json!("*"),
        json!("openid"),
        json!("users:get,users:delete"),
        json!("users:get, users:delete"),
        json!("users:get;users:delete"),
        json!("users:get\tusers:delete"),
        json!("users:get\nusers:delete"),
        json!("users:get\u{a0}users:delete"),
        json!("users:get\0"),
        json!("users:get all"),
        json!(["users:get users:delete"]),
        json!(["users:get", "all"]),
        json!(["users:get", ""]),
        json!("\u{ff55}sers:get"),
    ] {
        ask(&service, &scope).expect_oauth_error(400, "invalid_scope");
    }
    for scope in [json!(1), json!({}), json!([1]), json!([["users:get"]]), json!(true)] {
        ask(&service, &scope).expect_oauth_error(400, "invalid_request");
    }
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    service.assert_unharmed(&bystander);
}

#[test]
fn scopes_are_a_set() {
    let service = Service::start();
    for scope in ["profile:get users:get", "users:get profile:get users:get", "users:get  profile:get"] {
        let answer = ask(&service, &json!(scope));
        assert_eq!(answer.expect(200)["scope"], "users:get profile:get", "{scope:?}");
    }
    let bystander = service.bystander();
    let many = vec!["users:get"; 4_000].join(" ");
    assert_eq!(ask(&service, &json!(many)).expect(200)["scope"], "users:get");
    let unknown: String = (0..5_000).map(|n| format!("s{n} ")).collect();
    ask(&service, &json!(unknown.trim())).expect_oauth_error(400, "invalid_scope");
    let too_many = vec!["users:get"; 10_000].join(" ");
    ask(&service, &json!(too_many)).expect_oauth_error(413, "invalid_request");
    service.assert_unharmed(&bystander);
}

#[test]
fn a_narrow_token_is_not_widened_by_anything_that_is_sent_beside_it() {
    let service = Service::start();
    let administrator = service.administrator();
    let narrow = service.sign_in_with(&administrator, &["profile:get"]);
    let headers = [
        ("x-roster-scopes", "users:get users:delete"),
        ("x-scope", "users:get"),
        ("scope", "users:get"),
        ("x-roster-roles", "board"),
        ("x-original-method", "GET"),
    ];
    let answer = narrow.send("GET", "/users", &headers, &roster_tests::Body::Empty);
    answer.expect_problem(403, "insufficient_scope");
    narrow.get("/users?scope=users:get").expect_problem(403, "insufficient_scope");
}
