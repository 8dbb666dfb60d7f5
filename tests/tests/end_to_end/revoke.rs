//! `POST /oauth/revoke` (RFC 7009): what it ends, for whom, and how it refuses.

use roster_tests::{Actor, Answer, Body, CLIENT, ClientCredentials, Service};
use serde_json::json;

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.expect(status)["error"], error, "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
}

/// As the public client that everybody has.
fn revoke(service: &Service, token: &str) -> Answer {
    service.post_form("/oauth/revoke", &[("client_id", CLIENT), ("token", token)])
}

fn revoke_as(service: &Service, client: &ClientCredentials, token: &str) -> Answer {
    service.post_form_as(client, "/oauth/revoke", &[("token", token)])
}

#[track_caller]
fn is_done(answer: &Answer) {
    answer.expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
}

#[track_caller]
fn is_signed_out(service: &Service, user: &Actor) {
    user.get("/user").expect_problem(401, "invalid_token");
    assert_eq!(service.try_refresh(user.refresh()).expect(400)["error"], "invalid_grant");
}

#[test]
fn either_token_of_a_session_ends_it_at_once() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..10 {
        for choose in [|user: &Actor| user.token.clone(), |user: &Actor| user.refresh().to_owned()] {
            let user = service.user_made_by(&administrator, "tech");
            let elsewhere = service.sign_in(&user.email, &user.password);
            user.get("/user").expect(200);
            is_done(&revoke(&service, &choose(&user)));
            is_signed_out(&service, &user);
            elsewhere.get("/user").expect(200);
        }
    }
}

#[test]
fn a_refresh_token_that_was_used_ends_the_session_too() {
    let service = Service::start();
    let user = service.user("tech");
    let next = service.refreshed(&user);
    is_done(&revoke(&service, user.refresh()));
    is_signed_out(&service, &user);
    is_signed_out(&service, &next);
}

#[test]
fn what_is_revoked_already_or_no_token_at_all_is_answered_alike() {
    let service = Service::start();
    let user = service.user("tech");
    for token in [user.token.as_str(), &user.token, user.refresh(), "canary", "a.b.c", &"x".repeat(5_000)] {
        is_done(&revoke(&service, token));
    }
    assert_eq!(
        service.database().events_about(&user.id).last().map(String::as_str),
        Some("session.ended"),
        "there was something to end"
    );
    let ended = "SELECT count(*) AS value FROM events WHERE type = 'session.ended'";
    assert_eq!(service.database().count(ended), 1, "told once");
}

#[test]
fn a_revocation_is_an_event_of_the_client() {
    let service = Service::start();
    let user = service.user("tech");
    is_done(&revoke(&service, user.refresh()));
    let told = service.database().texts(
        "SELECT actor_type || ' ' || actor_id || ' ' || subject_type || ' ' || subject_id AS value \
         FROM events WHERE type = 'session.ended'",
    );
    assert_eq!(told, [format!("client {CLIENT} user {}", user.id)]);
}

#[test]
fn the_token_of_another_client_is_refused_and_lives_on() {
    let service = Service::start();
    let (owner, other) = (service.register_client("owner", &[]), service.register_client("other", &[]));
    let user = service.sign_in_through(&owner, &service.user("tech"));
    let next = service.try_refresh_as(&owner, user.refresh()).expect(200);
    let next = next["refresh_token"].as_str().unwrap();
    for token in [user.token.as_str(), user.refresh(), next] {
        refused(&revoke_as(&service, &other, token), 400, "invalid_grant");
        refused(&revoke(&service, token), 400, "invalid_grant");
    }
    user.get("/user").expect(200);
    service.try_refresh_as(&owner, next).expect(200);
}

#[test]
fn a_client_with_a_secret_must_prove_itself() {
    let service = Service::start();
    let owner = service.register_client("owner", &[]);
    let user = service.sign_in_through(&owner, &service.user("tech"));
    let impostor = ClientCredentials { secret: "canary-wrong".to_owned(), ..owner.clone() };
    let token = ("token", user.refresh());
    let ask = |fields: &[(&'static str, &str)]| service.post_form("/oauth/revoke", fields);
    refused(&ask(&[token]), 401, "invalid_client");
    refused(&ask(&[token, ("client_id", "owner")]), 401, "invalid_client");
    refused(&ask(&[token, ("client_id", "stranger")]), 401, "invalid_client");
    let answer = revoke_as(&service, &impostor, user.refresh());
    refused(&answer, 401, "invalid_client");
    assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")), "{answer}");
    user.get("/user").expect(200);
    is_done(&ask(&[token, ("client_id", "owner"), ("client_secret", &owner.secret)]));
    user.get("/user").expect_problem(401, "invalid_token");
    let user = service.sign_in_through(&owner, &service.user("tech"));
    is_done(&revoke_as(&service, &owner, &user.token));
    user.get("/user").expect_problem(401, "invalid_token");
}

#[test]
fn a_clients_own_token_cannot_be_revoked() {
    let service = Service::start();
    let backend = service.register_client("backend", &[]);
    let acting = service.act_as(&backend, &["users:get"]);
    refused(&revoke_as(&service, &backend, &acting.token), 400, "unsupported_token_type");
    acting.get("/users").expect(200);
}

#[test]
fn hints_are_ignored_and_so_is_what_is_unknown() {
    let service = Service::start();
    let administrator = service.administrator();
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        for choose in [|user: &Actor| user.token.clone(), |user: &Actor| user.refresh().to_owned()] {
            let user = service.user_made_by(&administrator, "tech");
            let token = choose(&user);
            let fields = [
                ("client_id", CLIENT),
                ("token", token.as_str()),
                ("token_type_hint", hint),
                ("whatever", "else"),
            ];
            is_done(&service.post_form("/oauth/revoke", &fields));
            user.get("/user").expect_problem(401, "invalid_token");
        }
    }
}

#[test]
fn json_is_accepted_too() {
    let service = Service::start();
    let user = service.user("tech");
    let body =
        json!({ "client_id": CLIENT, "token": user.token, "token_type_hint": "refresh_token", "more": [1] });
    is_done(&service.nobody().post("/oauth/revoke", body));
    is_signed_out(&service, &user);
}

#[test]
fn requests_that_make_no_sense_are_refused_as_rfc_6749_says() {
    let service = Service::start();
    let user = service.user("tech");
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let send = |body: Body| service.http().send("POST", path, &[], &body);
        refused(&service.post_form(path, &[("client_id", CLIENT)]), 400, "invalid_request");
        let twice = [("client_id", CLIENT), ("token", user.refresh()), ("token", user.refresh())];
        refused(&service.post_form(path, &twice), 400, "invalid_request");
        refused(&send(Body::Bytes("text/plain", b"token=x".to_vec())), 415, "invalid_request");
        refused(&send(Body::Bytes("application/json", b"{".to_vec())), 400, "invalid_request");
        let large = format!("client_id={CLIENT}&token={}", "x".repeat(70_000)).into_bytes();
        refused(&send(Body::Bytes("application/x-www-form-urlencoded", large)), 413, "invalid_request");
        for body in [
            json!({ "client_id": CLIENT, "token": 1 }).to_string(),
            json!({ "client_id": CLIENT, "token": null }).to_string(),
            json!({ "client_id": CLIENT, "token": [user.refresh()] }).to_string(),
            json!({ "client_id": CLIENT, "token": "" }).to_string(),
            format!("{{\"client_id\":\"{CLIENT}\",\"token\":\"x\",\"token\":\"{}\"}}", user.refresh()),
            json!([CLIENT, user.refresh()]).to_string(),
        ] {
            let answer = send(Body::Bytes("application/json", body.clone().into_bytes()));
            assert_eq!(answer.status, 400, "{body}");
            refused(&answer, 400, "invalid_request");
        }
        let packed = [("content-encoding", "gzip")];
        let fields = Body::Fields(vec![("client_id", CLIENT.to_owned()), ("token", user.token.clone())]);
        refused(&service.http().send("POST", path, &packed, &fields), 415, "invalid_request");
        let query = format!("{path}?client_id={CLIENT}&token={}", user.refresh());
        for (method, path) in [("GET", path), ("DELETE", path), ("PUT", path), ("GET", &query)] {
            let answer = service.http().send(method, path, &[], &Body::Empty);
            refused(&answer, 405, "invalid_request");
            assert_eq!(answer.header("allow"), Some("POST, OPTIONS"), "{answer}");
        }
    }
    user.get("/user").expect(200);
}
