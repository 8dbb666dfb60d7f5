use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roster_domain::ClientKind;

use super::token_endpoint::{form, world};

const MACHINE: &str = "grant_type=client_credentials";

fn basic(request: TestRequest, credentials: &str) -> TestRequest {
    request.append_header(("Authorization", format!("Basic {}", STANDARD.encode(credentials))))
}

async fn outcome(request: TestRequest) -> (u16, String) {
    let answer = world(ClientKind::Confidential).answer(request).await;
    if answer.status.as_u16() == 200 {
        return (200, answer.json()["access_token"].as_str().unwrap().to_owned());
    }
    if answer.status.as_u16() == 401 {
        assert_eq!(answer.header("WWW-Authenticate"), "Basic realm=\"roster\"");
    }
    answer.refusal()
}

#[actix_web::test]
async fn a_client_proves_itself_by_basic_or_in_the_body() {
    for (case, request) in [
        ("form-encoded parts", basic(form(MACHINE), "app:s%3Ae%25")),
        ("in lower case", basic(form(MACHINE), "%61pp:s%3ae%25")),
        ("in the body", form(format!("{MACHINE}&client_id=app&client_secret=s%3Ae%25"))),
        ("named again", basic(form(format!("{MACHINE}&client_id=app")), "app:s%3Ae%25")),
    ] {
        assert_eq!(outcome(request).await, (200, "signed".to_owned()), "{case}");
    }
}

#[actix_web::test]
async fn a_clients_own_token_tells_of_no_refresh_and_no_password() {
    let answer = world(ClientKind::Confidential).answer(basic(form(MACHINE), "app:s%3Ae%25")).await.json();
    // Whether a map keeps its order depends on what else is built.
    let mut members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"]);
}

#[actix_web::test]
async fn whoever_does_not_prove_itself_is_challenged() {
    for (case, request) in [
        ("no client", form(MACHINE)),
        ("no secret", form(format!("{MACHINE}&client_id=app"))),
        ("a wrong secret", basic(form(MACHINE), "app:wrong")),
        ("an empty secret", basic(form(MACHINE), "app:")),
        ("an unknown client", basic(form(MACHINE), "other:s%3Ae%25")),
        ("a client id of strange characters", basic(form(MACHINE), "a b:s%3Ae%25")),
        ("no colon", basic(form(MACHINE), "app")),
        ("no UTF-8", basic(form(MACHINE), "app:%ff")),
        ("no base64", form(MACHINE).insert_header(("Authorization", "Basic ***"))),
        ("another scheme", form(MACHINE).insert_header(("Authorization", "Bearer app"))),
    ] {
        assert_eq!(outcome(request).await, (401, "invalid_client".to_owned()), "{case}");
    }
}

#[actix_web::test]
async fn two_ways_at_once_are_an_invalid_request() {
    for (case, request) in [
        ("two secrets", basic(form(format!("{MACHINE}&client_secret=s%3Ae%25")), "app:s%3Ae%25")),
        ("two clients", basic(form(format!("{MACHINE}&client_id=other")), "app:s%3Ae%25")),
        ("two headers", basic(basic(form(MACHINE), "app:s%3Ae%25"), "app:s%3Ae%25")),
    ] {
        assert_eq!(outcome(request).await, (400, "invalid_request".to_owned()), "{case}");
    }
}

#[actix_web::test]
async fn a_public_client_that_sends_a_secret_is_refused() {
    let request = form("grant_type=refresh_token&refresh_token=x&client_id=app&client_secret=s");
    let answer = world(ClientKind::Public).answer(request).await;
    assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
}
