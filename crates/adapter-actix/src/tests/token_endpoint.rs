use actix_web::test::TestRequest;
use roster_domain::{Client, ClientKind, GrantType, GrantTypes, Role, Scopes, Status, Trust};
use roster_ports::{ChosenBy, OpaqueToken, PasswordHash, PasswordRecord, TokenHash, Verdict};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::fixture::{World, at_zero, client_id, request, user};

/// A world with the client `app`, registered for everything, and with the secret `s:e%`.
pub(super) fn world(kind: ClientKind) -> World {
    let app = Client {
        id: client_id("app"),
        kind,
        trust: Trust::Untrusted,
        grants: GrantTypes::of(GrantType::ALL),
        scopes: Scopes::ALL,
        status: Status::Enabled,
        created_at: at_zero(),
    };
    let mut world = World::new();
    world.tx.clients.expect_client().returning(move |id| Ok((id.as_str() == "app").then(|| app.clone())));
    let secret = (kind == ClientKind::Confidential).then_some(TokenHash([1; 32]));
    world.tx.clients.expect_secret().returning(move |_| Ok(secret));
    world.opaque_tokens.expect_matches().returning(|presented, _| presented == "s:e%");
    world.access_tokens.expect_issue().returning(|_| Ok(SecretString::from("signed")));
    world
}

/// The world, where so many tries failed already.
pub(super) fn world_after_failures(mut world: World, failures: usize) -> World {
    world
        .tx
        .attempts
        .expect_latest()
        .returning(move |_, _, _, take| Ok(vec![at_zero(); failures.min(take as usize)]));
    world.tx.attempts_mut.expect_count().returning(|_| Ok(()));
    world.tx.attempts_mut.expect_take_back().returning(|_| Ok(()));
    world.tx.credentials.expect_highest_cost().returning(|| Ok(None));
    world
}

/// The world with a person whose password is `correct horse`, chosen by `chosen_by`.
fn world_with_password(chosen_by: ChosenBy) -> World {
    let mut world = world_after_failures(world(ClientKind::Public), 0);
    let ada = user("ada@example.org", &[Role::Tech]);
    let found = ada.clone();
    world.tx.users.expect_by_email().returning(move |_| Ok(Some(found.clone())));
    world.tx.users.expect_user().returning(move |_| Ok(Some(ada.clone())));
    let record = PasswordRecord { hash: PasswordHash("hashed".to_owned()), chosen_by };
    world.tx.credentials.expect_password().returning(move |_| Ok(Some(record.clone())));
    world.passwords.expect_verify().returning(|_, password, _, _| {
        let right = secrecy::ExposeSecret::expose_secret(&password) == "correct horse";
        Ok(if right { Verdict::Right } else { Verdict::Wrong })
    });
    world
        .opaque_tokens
        .expect_generate()
        .returning(|| OpaqueToken { secret: SecretString::from("refresh"), hash: TokenHash([2; 32]) });
    world.tx.sessions_mut.expect_start().returning(|session, _| {
        assert_eq!(session.user_agent.as_deref(), Some("browser"));
        Ok(())
    });
    world.tx.users_mut.expect_record_sign_in().returning(|_, _, _| Ok(()));
    world
}

pub(super) fn form(body: impl Into<String>) -> TestRequest {
    request("POST", "/oauth/token")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .insert_header(("User-Agent", "browser"))
        .set_payload(body.into())
}

fn body(value: &Value) -> TestRequest {
    form(value.to_string()).insert_header(("Content-Type", "application/json"))
}

const SIGN_IN: &str =
    "grant_type=password&client_id=app&username=ada%40example.org&password=correct+horse&scope=profile%3Aget";

#[actix_web::test]
async fn a_person_signs_in_by_form_and_by_json() {
    let json = json!({
        "grant_type": "password", "client_id": "app", "username": "ada@example.org",
        "password": "correct horse", "scope": ["profile:get"], "unknown": {"deep": [1]}, "client_secret": null,
    });
    for request in [form(SIGN_IN), form(format!("{SIGN_IN}&unknown=1&client_secret=")), body(&json)] {
        let answer = world_with_password(ChosenBy::Owner).answer(request).await;
        assert_eq!(answer.status.as_u16(), 200);
        let expected = json!({
            "access_token": "signed", "token_type": "Bearer", "expires_in": 300, "refresh_token": "refresh",
            "scope": "profile:get", "need_password_change": false,
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("Content-Type"), "application/json");
    }
}

#[actix_web::test]
async fn a_password_that_somebody_else_chose_is_to_be_changed() {
    let answer = world_with_password(ChosenBy::Other).answer(form(SIGN_IN)).await;
    assert_eq!(answer.json()["need_password_change"], true);
}

#[actix_web::test]
async fn a_wrong_password_is_an_invalid_grant() {
    let answer = world_with_password(ChosenBy::Owner).answer(form(SIGN_IN.replace("horse", "cow"))).await;
    assert_eq!(answer.refusal(), (400, "invalid_grant".to_owned()));
    assert!(answer.json()["error_description"].is_string());
}

#[actix_web::test]
async fn the_query_is_never_read() {
    let request = form("grant_type=password&client_id=app").uri(&format!("/oauth/token?{SIGN_IN}"));
    let answer = world_with_password(ChosenBy::Owner).answer(request).await;
    assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
}

#[actix_web::test]
async fn what_cannot_be_read_is_an_invalid_request() {
    let deep = format!("{{\"grant_type\":\"x\",\"deep\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let as_json = |text: &str| form(text).insert_header(("Content-Type", "application/json"));
    for (case, request) in [
        ("nothing", form("")),
        ("no grant type", form("client_id=app")),
        ("a repeated parameter", form(format!("{SIGN_IN}&password=other"))),
        ("a repeated unknown parameter", form(format!("{SIGN_IN}&x=1&x=1"))),
        ("no password", form(SIGN_IN.replace("password=correct+horse", "password="))),
        ("no username", form(SIGN_IN.replace("username", "user"))),
        ("no refresh token", form("grant_type=refresh_token&client_id=app")),
        ("no JSON", as_json("grant_type=password")),
        ("no object", as_json("[]")),
        ("trailing bytes", as_json("{\"grant_type\":\"password\"} x")),
        ("a repeated member", as_json("{\"grant_type\":\"password\",\"grant_typ\\u0065\":\"password\"}")),
        ("a number", as_json("{\"grant_type\":\"password\",\"client_id\":7}")),
        ("a list", as_json("{\"grant_type\":[\"password\"],\"client_id\":\"app\"}")),
        ("deep nesting", as_json(&deep)),
    ] {
        let answer = world(ClientKind::Public).answer(request).await;
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()), "{case}");
    }
}

#[actix_web::test]
async fn refusals_have_the_names_of_the_standard() {
    let machine = "grant_type=client_credentials&client_id=app";
    for (status, error, request) in [
        (400, "unsupported_grant_type", form("grant_type=authorization_code&client_id=app")),
        (400, "unauthorized_client", form(machine)),
        (400, "invalid_scope", form(SIGN_IN.replace("profile%3Aget", "all"))),
        (400, "invalid_scope", form(SIGN_IN.replace("profile%3Aget", "users%3Agetx"))),
        (400, "invalid_scope", body(&json!({"grant_type": "password", "client_id": "app", "scope": []}))),
        (401, "invalid_client", form(machine.replace("=app", "=other"))),
        (405, "invalid_request", request("GET", "/oauth/token")),
        (413, "invalid_request", form("x".repeat(64 * 1024 + 1))),
        (415, "invalid_request", form(SIGN_IN).insert_header(("Content-Type", "text/plain"))),
        (415, "invalid_request", form(SIGN_IN).insert_header(("Content-Encoding", "gzip"))),
    ] {
        let answer = world(ClientKind::Public).answer(request).await;
        assert_eq!(answer.refusal(), (status, error.to_owned()));
        assert_eq!(answer.header("Content-Type"), "application/json");
        assert_eq!(answer.header("Cache-Control"), "no-store");
    }
}

#[actix_web::test]
async fn one_item_of_a_list_is_one_scope() {
    for scope in [json!(["users:get users:delete"]), json!([""]), json!(["all"])] {
        let request = body(&json!({
            "grant_type": "password", "client_id": "app", "username": "a@example.org", "password": "x", "scope": scope,
        }));
        assert_eq!(world(ClientKind::Public).answer(request).await.refusal().1, "invalid_scope");
    }
}

#[actix_web::test]
async fn an_unavailable_service_asks_to_try_again() {
    let mut world = world_after_failures(world(ClientKind::Public), 0);
    let ada = user("ada@example.org", &[Role::Tech]);
    world.tx.users.expect_by_email().returning(move |_| Ok(Some(ada.clone())));
    world.tx.credentials.expect_password().returning(|_| Ok(None));
    world.passwords.expect_verify().returning(|_, _, _, _| Err(roster_ports::HashingError::Busy));
    let answer = world.answer(form(SIGN_IN)).await;
    assert_eq!(answer.refusal(), (503, "temporarily_unavailable".to_owned()));
    assert_eq!(answer.header("Retry-After"), "1");
}

#[actix_web::test]
async fn whoever_failed_too_often_waits() {
    let answer = world_after_failures(world(ClientKind::Public), 10).answer(form(SIGN_IN)).await;
    assert_eq!(answer.refusal(), (429, "temporarily_unavailable".to_owned()));
    assert_eq!(answer.header("Retry-After"), "300");
    assert_eq!(answer.header("Cache-Control"), "no-store");
}
