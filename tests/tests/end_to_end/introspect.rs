//! `POST /oauth/introspect` (RFC 7662): what is told of which token, to whom.

use roster_tests::{
    Actor, Answer, CLIENT, ClientCredentials, Service, claims_of, eventually, within_a_second,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[track_caller]
fn asked_by(service: &Service, client: &ClientCredentials, token: &str) -> Value {
    let answer = service.post_form_as(client, "/oauth/introspect", &[("token", token)]);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    answer.expect(200)
}

#[track_caller]
fn is_inactive(service: &Service, client: &ClientCredentials, token: &str) {
    assert_eq!(asked_by(service, client, token), json!({ "active": false }));
}

fn members(told: &Value) -> BTreeSet<&str> {
    told.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.expect(status)["error"], error, "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
}

/// Somebody signed in through a client that may ask.
fn cast(service: &Service) -> (ClientCredentials, Actor) {
    let backend = service.register_client("backend", &[]);
    let user = service.sign_in_through(&backend, &service.user("tech"));
    (backend, user)
}

#[test]
fn of_an_access_token_is_told_what_it_claims() {
    let service = Service::start();
    let (backend, _) = cast(&service);
    // Any confidential client may ask, whoever the token was issued to.
    let user = service.user("tech");
    let told = asked_by(&service, &backend, &user.token);
    let claims = claims_of(&user.token);
    let expected =
        ["active", "aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub", "token_type"];
    assert_eq!(members(&told), BTreeSet::from(expected));
    assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!("Bearer")));
    for member in ["client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub", "aud"] {
        assert_eq!(told[member], claims[member], "{member}");
    }
    assert_eq!((&told["sub"], &told["client_id"]), (&json!(user.id), &json!(CLIENT)));
}

#[test]
fn a_clients_own_token_belongs_to_no_session() {
    let service = Service::start();
    let backend = service.register_client("backend", &[]);
    let acting = service.act_as(&backend, &["users:get"]);
    let told = asked_by(&service, &backend, &acting.token);
    assert_eq!(
        (&told["active"], &told["sub"], &told["client_id"]),
        (&json!(true), &json!("backend"), &json!("backend"))
    );
    assert_eq!(told["scope"], "users:get");
    assert!(!members(&told).contains("sid"), "{told}");
}

#[test]
fn of_a_refresh_token_its_own_client_is_told_what_it_buys() {
    let service = Service::options().with("ROSTER_REFRESH_TOKEN_TTL", "3600").start();
    let (backend, user) = cast(&service);
    let told = asked_by(&service, &backend, user.refresh());
    let expected = ["active", "client_id", "exp", "iss", "scope", "sid", "sub"];
    assert_eq!(members(&told), BTreeSet::from(expected));
    assert_eq!(told["active"], true);
    assert_eq!((&told["sub"], &told["client_id"]), (&json!(user.id), &json!("backend")));
    assert_eq!((&told["sid"], &told["scope"]), (&json!(user.session()), &claims_of(&user.token)["scope"]));
    assert_eq!(told["iss"], "https://roster.test");
    let issued = claims_of(&user.token)["iat"].as_i64().unwrap();
    let expires = told["exp"].as_i64().unwrap();
    assert!((3_600..=3_601).contains(&(expires - issued)), "{told}");
}

#[test]
fn asking_changes_nothing() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    for _ in 0..3 {
        assert_eq!(asked_by(&service, &backend, user.refresh())["active"], true);
        assert_eq!(asked_by(&service, &backend, &user.token)["active"], true);
    }
    service.try_refresh_as(&backend, user.refresh()).expect(200);
}

#[test]
fn what_is_no_token_is_inactive() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    let (unsigned, signature) = user.token.rsplit_once('.').unwrap();
    let forged = format!("{unsigned}.{}", signature.chars().rev().collect::<String>());
    for token in ["canary", "a.b.c", "....", &forged, &user.refresh()[1..], &"x".repeat(5_000)] {
        is_inactive(&service, &backend, token);
    }
}

#[test]
fn a_used_refresh_token_is_inactive_and_so_is_that_of_another_client() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    let next = service.try_refresh_as(&backend, user.refresh()).expect(200);
    is_inactive(&service, &backend, user.refresh());
    let next = next["refresh_token"].as_str().unwrap();
    assert_eq!(asked_by(&service, &backend, next)["active"], true);
    is_inactive(&service, &service.register_client("other", &[]), next);
    // That was no replay: it lives.
    service.try_refresh_as(&backend, next).expect(200);
}

#[test]
fn expired_tokens_are_inactive() {
    let mut service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
    let (backend, user) = cast(&service);
    let is_over = || (asked_by(&service, &backend, &user.token) == json!({ "active": false })).then_some(());
    eventually("the end of the access token", is_over);
    assert_eq!(asked_by(&service, &backend, user.refresh())["active"], true);
    service.age_sessions(2_592_000);
    is_inactive(&service, &backend, user.refresh());
}

#[test]
fn the_tokens_of_an_ended_session_are_inactive() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    user.delete(&format!("/user/sessions/{}", user.session())).expect(200);
    is_inactive(&service, &backend, &user.token);
    is_inactive(&service, &backend, user.refresh());
}

#[test]
fn the_tokens_of_a_disabled_or_deleted_person_are_inactive() {
    let service = Service::start();
    let administrator = service.administrator();
    let (backend, disabled) = cast(&service);
    let deleted = service.sign_in_through(&backend, &service.user_made_by(&administrator, "tech"));
    administrator.patch(&format!("/users/{}", disabled.id), json!({ "disabled": true })).expect(200);
    administrator.delete(&format!("/users/{}", deleted.id)).expect(200);
    for token in [&*disabled.token, disabled.refresh(), &*deleted.token, deleted.refresh()] {
        is_inactive(&service, &backend, token);
    }
}

#[test]
fn the_tokens_of_a_disabled_client_are_inactive() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    let own = service.act_as(&backend, &["users:get"]);
    let other = service.register_client("other", &[]);
    assert_eq!(asked_by(&service, &other, &user.token)["active"], true);
    service.command(["client", "disable", "--id", "backend"]).succeed();
    for token in [&user.token, &own.token] {
        within_a_second("the end of the client", || {
            asked_by(&service, &other, token) == json!({ "active": false })
        });
    }
    let answer = service.post_form_as(&backend, "/oauth/introspect", &[("token", user.refresh())]);
    refused(&answer, 401, "invalid_client");
}

#[test]
fn only_a_client_that_proved_itself_may_ask() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    let token = ("token", &*user.token);
    let ask = |fields: &[(&'static str, &str)]| service.post_form("/oauth/introspect", fields);
    refused(&ask(&[token, ("client_id", CLIENT)]), 401, "invalid_client");
    refused(&ask(&[token]), 401, "invalid_client");
    refused(&ask(&[token, ("client_id", "backend")]), 401, "invalid_client");
    let impostor = ClientCredentials { secret: "canary-wrong".to_owned(), ..backend.clone() };
    refused(&service.post_form_as(&impostor, "/oauth/introspect", &[token]), 401, "invalid_client");
    // A bearer token is no proof of a client.
    let answer = user.post("/oauth/introspect", json!({ "token": user.token }));
    refused(&answer, 401, "invalid_client");
    let told = ask(&[token, ("client_id", "backend"), ("client_secret", &backend.secret)]).expect(200);
    assert_eq!(told["active"], true);
}

#[test]
fn hints_are_ignored_and_json_is_accepted_too() {
    let service = Service::start();
    let (backend, user) = cast(&service);
    for hint in ["access_token", "refresh_token", "nonsense"] {
        for token in [&*user.token, user.refresh()] {
            let fields = [("token", token), ("token_type_hint", hint), ("whatever", "else")];
            assert_eq!(
                service.post_form_as(&backend, "/oauth/introspect", &fields).expect(200)["active"],
                true
            );
            let body = json!({
                "client_id": "backend", "client_secret": backend.secret, "token": token, "token_type_hint": hint,
            });
            assert_eq!(service.nobody().post("/oauth/introspect", body).expect(200)["active"], true);
        }
    }
}
