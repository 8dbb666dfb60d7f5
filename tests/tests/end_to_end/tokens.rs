//! `POST /oauth/token`: grants, client authentication, refresh, and its own errors.

use roster_tests::{ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, ALL_SCOPES, Answer, Body, CLIENT, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    answer.expect_oauth_error(status, error);
}

fn members(tokens: &Value) -> BTreeSet<&str> {
    tokens.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_password_buys_an_access_and_a_refresh_token() {
    let service = Service::start();
    let answer = service.try_password(ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD);
    let tokens = answer.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let expected =
        ["access_token", "expires_in", "need_password_change", "refresh_token", "scope", "token_type"];
    assert_eq!(members(&tokens), BTreeSet::from(expected));
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(tokens["need_password_change"], false, "whoever runs the service chose it for themselves");
    let mut scopes: Vec<&str> = tokens["scope"].as_str().unwrap().split(' ').collect();
    let mut all = ALL_SCOPES;
    scopes.sort_unstable();
    all.sort_unstable();
    assert_eq!(scopes, all, "all that the client is registered for");
}

#[test]
fn the_address_of_a_sign_in_is_compared_as_everywhere() {
    let service = Service::start();
    service.try_password(&ADMINISTRATOR_EMAIL.to_uppercase(), ADMINISTRATOR_PASSWORD).expect(200);
    refused(
        &service.try_password(&format!(" {ADMINISTRATOR_EMAIL}"), ADMINISTRATOR_PASSWORD),
        400,
        "invalid_grant",
    );
}

#[test]
fn json_is_accepted_too_with_the_scope_as_text_or_list() {
    let service = Service::start();
    for scope in [json!("profile:get users:get"), json!(["users:get", "profile:get"])] {
        let body = json!({
            "grant_type": "password", "client_id": CLIENT, "username": ADMINISTRATOR_EMAIL,
            "password": ADMINISTRATOR_PASSWORD, "scope": scope, "audience": "ignored",
        });
        let tokens = service.http().send("POST", "/oauth/token", &[], &body.into()).expect(200);
        assert_eq!(tokens["scope"], "users:get profile:get");
    }
}

#[test]
fn requests_that_make_no_sense_are_refused_as_rfc_6749_says() {
    let service = Service::start();
    let ask = |fields: &[(&'static str, &str)]| service.ask_for_token(fields);
    refused(&ask(&[("client_id", CLIENT)]), 400, "invalid_request");
    refused(&ask(&[("grant_type", "password"), ("client_id", CLIENT)]), 400, "invalid_request");
    refused(&ask(&[("grant_type", "refresh_token"), ("client_id", CLIENT)]), 400, "invalid_request");
    refused(
        &ask(&[("grant_type", "authorization_code"), ("client_id", CLIENT)]),
        400,
        "unsupported_grant_type",
    );
    refused(&ask(&[("grant_type", "implicit"), ("client_id", CLIENT)]), 400, "unsupported_grant_type");
    let twice = [("grant_type", "password"), ("grant_type", "password"), ("client_id", CLIENT)];
    refused(&ask(&twice), 400, "invalid_request");
    let send = |body: Body| service.http().send("POST", "/oauth/token", &[], &body);
    refused(&send(Body::Bytes("text/plain", b"grant_type=password".to_vec())), 415, "invalid_request");
    refused(&send(Body::Bytes("application/json", b"{".to_vec())), 400, "invalid_request");
    let large = format!("grant_type=password&junk={}", "x".repeat(70_000)).into_bytes();
    refused(&send(Body::Bytes("application/x-www-form-urlencoded", large)), 413, "invalid_request");
    service.nobody().get("/oauth/token").expect_status(405);
}

#[test]
fn a_client_that_cannot_prove_itself_gets_nothing() {
    let service = Service::start();
    let client = service.register_client("backend", &[]);
    let ask = |fields: &[(&'static str, &str)]| service.ask_for_token(fields);
    let grant = ("grant_type", "client_credentials");
    refused(&ask(&[grant, ("client_id", "stranger")]), 401, "invalid_client");
    refused(&ask(&[grant, ("client_id", "backend")]), 401, "invalid_client");
    refused(&ask(&[grant, ("client_id", "backend"), ("client_secret", "wrong")]), 401, "invalid_client");
    let public = [("grant_type", "password"), ("client_id", CLIENT), ("client_secret", "any")];
    let with_person =
        [&public[..], &[("username", ADMINISTRATOR_EMAIL), ("password", ADMINISTRATOR_PASSWORD)]].concat();
    refused(&ask(&with_person), 401, "invalid_client");
    let wrong = roster_tests::ClientCredentials { secret: "wrong".to_owned(), ..client.clone() };
    let answer = service.ask_as(&wrong, &[grant]);
    refused(&answer, 401, "invalid_client");
    assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")), "{answer}");
    // One way to prove it, not two (RFC 6749 §2.3).
    let both = service.ask_as(&client, &[grant, ("client_id", "backend"), ("client_secret", &client.secret)]);
    assert!([400, 401].contains(&both.status), "{both}");
    ask(&[grant, ("client_id", "backend"), ("client_secret", &client.secret)]).expect(200);
}

#[test]
fn a_client_has_only_the_grants_and_scopes_that_it_is_registered_for() {
    let service = Service::start();
    let public = [("client_id", CLIENT)];
    let grant = [&[("grant_type", "client_credentials")][..], &public].concat();
    refused(&service.ask_for_token(&grant), 400, "unauthorized_client");
    let arguments = [
        "client",
        "create",
        "--json",
        "--id",
        "narrow",
        "--grant",
        "client_credentials",
        "--scope",
        "users:get",
    ];
    let printed: Value = serde_json::from_str(&service.command(arguments).succeed().stdout).unwrap();
    let secret = printed["client_secret"].as_str().unwrap().to_owned();
    let narrow = roster_tests::ClientCredentials { id: "narrow".to_owned(), secret };
    let own = ("grant_type", "client_credentials");
    assert_eq!(service.ask_as(&narrow, &[own]).expect(200)["scope"], "users:get");
    refused(&service.ask_as(&narrow, &[own, ("scope", "users:write")]), 400, "invalid_scope");
    refused(&service.ask_as(&narrow, &[own, ("scope", "users:get nonsense")]), 400, "invalid_scope");
    let password =
        [("grant_type", "password"), ("username", ADMINISTRATOR_EMAIL), ("password", ADMINISTRATOR_PASSWORD)];
    refused(&service.ask_as(&narrow, &password), 400, "unauthorized_client");
}

#[test]
fn a_clients_own_token_has_no_refresh_token() {
    let service = Service::start();
    let client = service.register_client("backend", &[]);
    let tokens = service.ask_as(&client, &[("grant_type", "client_credentials")]).expect(200);
    let expected = ["access_token", "expires_in", "scope", "token_type"];
    assert_eq!(members(&tokens), BTreeSet::from(expected));
}

#[test]
fn a_refresh_token_is_exchanged_for_its_successor() {
    let service = Service::start();
    let user = service.user("tech");
    let tokens = service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
    let next = tokens["refresh_token"].as_str().unwrap();
    assert_ne!(Some(next), user.refresh_token.as_deref());
    user.with_token(tokens["access_token"].as_str().unwrap()).get("/user").expect(200);
    user.get("/user").expect(200);
    service.try_refresh(next).expect(200);
}

#[test]
fn a_refresh_token_is_nothing_else() {
    let service = Service::start();
    let user = service.user("tech");
    let refresh = user.refresh_token.clone().unwrap();
    user.with_token(&refresh).get("/user").expect_problem(401, "invalid_token");
    refused(&service.try_refresh(&user.token), 400, "invalid_grant");
    refused(&service.try_refresh(""), 400, "invalid_request");
    let mut changed = refresh.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    refused(&service.try_refresh(&changed), 400, "invalid_grant");
    service.try_refresh(&refresh).expect(200);
}

#[test]
fn a_refreshed_token_is_never_wider_than_granted() {
    let service = Service::start();
    let user = service.user("tech");
    let user = service.sign_in_with(&user, &["profile:get", "users:get"]);
    let ask = |token: &str, scope: &str| {
        let grant = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("refresh_token", token),
            ("scope", scope),
        ];
        service.ask_for_token(&grant)
    };
    let token = user.refresh_token.clone().unwrap();
    refused(&ask(&token, "profile:get users:write"), 400, "invalid_scope");
    let narrow = ask(&token, "profile:get").expect(200);
    assert_eq!(narrow["scope"], "profile:get");
    // Narrower for that access token alone: the session keeps what was granted.
    let wide = service.try_refresh(narrow["refresh_token"].as_str().unwrap()).expect(200);
    assert_eq!(wide["scope"], "users:get profile:get");
}

#[test]
fn a_refresh_token_is_good_for_its_own_client_alone() {
    let service = Service::start();
    let user = service.user("tech");
    let other = service.register_client("other", &[]);
    let token = user.refresh_token.clone().unwrap();
    refused(
        &service.ask_as(&other, &[("grant_type", "refresh_token"), ("refresh_token", &token)]),
        400,
        "invalid_grant",
    );
    service.try_refresh(&token).expect(200);
}

#[test]
fn expired_tokens_are_refused() {
    let service =
        Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "2").with("ROSTER_REFRESH_TOKEN_TTL", "1").start();
    let user = service.user("tech");
    user.get("/user").expect(200);
    let is_over = || (user.get("/user").status == 401).then_some(());
    roster_tests::eventually("the end of the access token", is_over);
    user.get("/user").expect_problem(401, "invalid_token");
    // Its second is over by then, too.
    refused(&service.try_refresh(user.refresh_token.as_deref().unwrap()), 400, "invalid_grant");
}
