//! What is asked about tokens: revocation (RFC 7009) and introspection (RFC 7662).

use actix_web::test::TestRequest;
use roster_domain::{ClientKind, PrincipalId, Role, SessionId};
use roster_ports::{RefreshTokenRecord, RefreshTokenState, TokenHash};
use serde_json::json;

use super::fixture::{PUBLIC_URL, World, session_of, token, user};
use super::token_endpoint::{form, world};

/// A world in which `good` is the access token of somebody signed in through `app`.
fn signed_in(kind: ClientKind) -> World {
    let ada = user("ada@example.org", &[Role::Tech]);
    let access = token(PrincipalId::User(ada.id), Some(SessionId::new(ada.id.uuid())));
    let mut world = world(kind).with_token(access);
    let session = session_of(&ada);
    world.tx.users.expect_user().returning(move |_| Ok(Some(ada.clone())));
    let id = session.id;
    world.tx.sessions.expect_session().returning(move |_| Ok(Some(session.clone())));
    world.opaque_tokens.expect_hash().returning(kept);
    world.tx.sessions.expect_refresh_token().returning(move |hash| {
        let expires_at = super::fixture::at_zero() + std::time::Duration::from_secs(1);
        let record = RefreshTokenRecord { session: id, expires_at, state: RefreshTokenState::Unused };
        Ok(Some(record).filter(|_| *hash == kept("refresh")))
    });
    world.tx.sessions_mut.expect_end().returning(|_| Ok(()));
    world
}

fn kept(text: &str) -> TokenHash {
    let mut hash = [0; 32];
    hash.iter_mut().zip(text.bytes()).for_each(|(kept, byte)| *kept = byte);
    TokenHash(hash)
}

fn ask(path: &str, body: &str) -> TestRequest {
    form(body).uri(path)
}

#[actix_web::test]
async fn a_revoked_token_and_one_that_is_none_are_answered_alike() {
    for token in ["good", "refresh", "junk"] {
        let body = format!("client_id=app&token={token}&token_type_hint=whatever");
        let answer = signed_in(ClientKind::Public).answer(ask("/oauth/revoke", &body)).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "{token}");
        assert_eq!(answer.header("Cache-Control"), "no-store");
    }
}

#[actix_web::test]
async fn an_active_token_is_told_about_and_of_every_other_nothing() {
    let body = "client_id=app&client_secret=s%3Ae%25&token=";
    let told =
        signed_in(ClientKind::Confidential).answer(ask("/oauth/introspect", &format!("{body}good"))).await;
    let told = told.json();
    for (member, value) in [
        ("active", json!(true)),
        ("client_id", json!("app")),
        ("token_type", json!("Bearer")),
        ("iss", json!(PUBLIC_URL)),
        ("aud", json!(PUBLIC_URL)),
        ("exp", json!(0)),
    ] {
        assert_eq!(told[member], value, "{member}");
    }
    assert!(["sub", "sid", "jti", "scope"].iter().all(|member| told[member].is_string()), "{told}");
    let refresh = ask("/oauth/introspect", &format!("{body}refresh"));
    let told = signed_in(ClientKind::Confidential).answer(refresh).await.json();
    assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!(null)));
    let junk = ask("/oauth/introspect", &format!("{body}junk"));
    let told = signed_in(ClientKind::Confidential).answer(junk).await.json();
    assert_eq!(told, json!({ "active": false }));
}

#[actix_web::test]
async fn whoever_asks_proves_itself_and_names_a_token() {
    for (path, kind, body, refusal) in [
        ("/oauth/revoke", ClientKind::Public, "client_id=app", (400, "invalid_request")),
        ("/oauth/revoke", ClientKind::Public, "token=good", (401, "invalid_client")),
        ("/oauth/revoke", ClientKind::Confidential, "token=good&client_id=app", (401, "invalid_client")),
        ("/oauth/introspect", ClientKind::Public, "token=good&client_id=app", (401, "invalid_client")),
        ("/oauth/introspect", ClientKind::Confidential, "client_id=app", (400, "invalid_request")),
    ] {
        let answer = signed_in(kind).answer(ask(path, body)).await;
        assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()), "{path} {body}");
    }
}

#[actix_web::test]
async fn a_clients_own_token_cannot_be_revoked() {
    let own = token(PrincipalId::Client("app".parse().unwrap()), None);
    let world = world(ClientKind::Public).with_token(own);
    let answer = world.answer(ask("/oauth/revoke", "client_id=app&token=good")).await;
    assert_eq!(answer.refusal(), (400, "unsupported_token_type".to_owned()));
}
