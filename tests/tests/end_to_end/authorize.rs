//! `GET /authorize`: what a gateway is told.

use roster_tests::{Actor, Answer, Body, Service};
use serde_json::json;

const IDENTITY: [&str; 5] =
    ["x-roster-user-id", "x-roster-email", "x-roster-roles", "x-roster-scopes", "x-roster-client-id"];

fn identity(answer: &Answer) -> Vec<String> {
    answer.expect_status(200);
    assert_eq!(answer.body, b"", "{answer}");
    IDENTITY
        .iter()
        .map(|name| answer.header(name).unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned())
        .collect()
}

#[test]
fn a_valid_token_is_allowed_with_all_that_is_known() {
    let service = Service::start();
    let administrator = service.administrator();
    administrator
        .patch(&format!("/users/{}", administrator.id), json!({ "roles": ["tech", "board"] }))
        .expect(200);
    let narrow = service.sign_in_with(&administrator, &["users:get", "users:write"]);
    let expected =
        [&administrator.id, &administrator.email, "tech,board", "users:get users:write", "test-client"];
    assert_eq!(identity(&narrow.get("/authorize")), expected);
}

#[test]
fn scopes_that_the_role_does_not_allow_do_not_count() {
    let service = Service::start();
    let user = service.user("tech");
    assert_eq!(identity(&user.get("/authorize"))[3], "users:get profile:get profile:modify");
}

#[test]
fn a_client_has_no_person_behind_it() {
    let service = Service::start();
    let told = identity(&service.client("backend").get("/authorize"));
    assert_eq!(told, ["", "", "", "users:get access:check", "backend"]);
}

#[test]
fn values_are_ascii_whatever_they_are() {
    let service = Service::start();
    let administrator = service.administrator();
    let body = json!({
        "firstName": "I", "lastName": "D", "email": "idn@bücher.example", "plainPassword": "canary-idn-password",
        "roles": ["tech"],
    });
    administrator.post("/users", body).expect(201);
    let user = service.sign_in("idn@bücher.example", "canary-idn-password");
    let email = identity(&user.get("/authorize"))[1].clone();
    assert_eq!(email, "idn@b%C3%BCcher.example");
}

fn is_silent(answer: &Answer) -> bool {
    IDENTITY.iter().all(|name| answer.header(name).is_none())
}

#[test]
fn a_denial_carries_no_identity() {
    let service = Service::start();
    for actor in [service.nobody(), service.nobody().with_token("forged")] {
        let answer = actor.get("/authorize");
        assert_eq!(answer.status, 401);
        assert!(is_silent(&answer), "{answer}");
        assert!(
            answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")),
            "{answer}"
        );
    }
}

#[test]
fn headers_of_the_request_change_nothing() {
    let service = Service::start();
    let user = service.user("tech");
    let spoofed = [
        ("x-roster-user-id", "somebody-else"),
        ("x-roster-roles", "board"),
        ("x-forwarded-method", "DELETE"),
        ("x-forwarded-uri", "/%2e%2e/secret"),
        ("x-original-uri", "//"),
    ];
    let answer = user.send("GET", "/authorize", &spoofed, &Body::Empty);
    assert_eq!(identity(&answer), identity(&user.get("/authorize")));
}

#[test]
fn every_method_is_answered_alike() {
    let service = Service::start();
    let user = service.user("tech");
    let nobody = service.nobody();
    let expected = identity(&user.get("/authorize"));
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let ask = |actor: &Actor| actor.send(method, "/authorize", &[], &Body::Empty);
        assert_eq!(identity(&ask(&user)), expected, "{method}");
        assert_eq!(ask(&nobody).status, 401, "{method}");
    }
}
