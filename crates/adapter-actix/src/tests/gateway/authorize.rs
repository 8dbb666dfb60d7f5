use roster_domain::{Client, ClientKind, GrantTypes, PrincipalId, Role, Scopes, Status, Trust};

use super::{IDENTITY, identity};
use crate::tests::fixture::{World, at_zero, client_id, get, request, token, user, with_token};

#[actix_web::test]
async fn a_person_is_told_with_every_header() {
    let ada = user("ada@example.org", &[Role::Board, Role::Tech]);
    let answer = World::new().with_user(&ada).answer(with_token(get("/authorize"))).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert!(answer.body.is_empty());
    let all = Scopes::ALL.to_string();
    let id = ada.id.to_string();
    assert_eq!(identity(&answer), [id.as_str(), "ada@example.org", "tech,board", all.as_str(), "app"]);
}

#[actix_web::test]
async fn only_scopes_count_whose_role_the_caller_holds() {
    let ada = user("ada@example.org", &[Role::Tech]);
    let answer = World::new().with_user(&ada).answer(with_token(get("/authorize"))).await;
    assert_eq!(answer.header("X-Roster-Scopes"), "users:get profile:get profile:modify");
}

#[actix_web::test]
async fn values_that_are_not_ascii_are_percent_encoded() {
    for (email, header) in
        [("ada@bücher.example", "ada@b%C3%BCcher.example"), ("a%b@example.org", "a%25b@example.org")]
    {
        let ada = user(email, &[Role::Tech]);
        let answer = World::new().with_user(&ada).answer(with_token(get("/authorize"))).await;
        assert_eq!(answer.header("X-Roster-Email"), header);
    }
}

#[actix_web::test]
async fn a_clients_own_token_has_empty_headers_for_the_person() {
    let robot = Client {
        id: client_id("app"),
        kind: ClientKind::Confidential,
        trust: Trust::Trusted,
        grants: GrantTypes::of([]),
        scopes: Scopes::ALL,
        status: Status::Enabled,
        created_at: at_zero(),
    };
    let mut world = World::new().with_token(token(PrincipalId::Client(client_id("app")), None));
    world.tx.clients.expect_client().returning(move |_| Ok(Some(robot.clone())));
    let answer = world.answer(with_token(get("/authorize"))).await;
    assert_eq!(answer.status.as_u16(), 200);
    let [id, email, roles, scopes, client] = identity(&answer);
    assert_eq!([id, email, roles, client], ["", "", "", "app"]);
    assert!(scopes.contains("users:write") && !scopes.contains("profile:"), "{scopes}");
}

#[actix_web::test]
async fn every_method_is_answered_alike() {
    let ada = user("ada@example.org", &[Role::Tech]);
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FANCY"];
    let requests = methods.map(|method| with_token(request(method, "/authorize")));
    for answer in World::new().with_user(&ada).answer_each(requests).await {
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.header("X-Roster-Email"), "ada@example.org");
        assert!(answer.header("Allow").is_empty());
    }
}

#[actix_web::test]
async fn whoever_is_refused_gets_no_identity() {
    let ada = user("ada@example.org", &[Role::Tech]);
    let requests = [
        (get("/authorize"), "missing_token", "Bearer"),
        (get("/authorize?access_token=good"), "missing_token", "Bearer"),
        (get("/authorize").insert_header(("Authorization", "Basic Z29vZDpnb29k")), "missing_token", "Bearer"),
        (
            get("/authorize").insert_header(("Authorization", "Bearer bad")),
            "invalid_token",
            "Bearer error=\"invalid_token\"",
        ),
        (
            with_token(get("/authorize")).append_header(("Authorization", "Bearer good")),
            "invalid_token",
            "Bearer error=\"invalid_token\"",
        ),
    ];
    for (request, code, challenge) in requests {
        let answer = World::new().with_user(&ada).answer(request).await;
        assert_eq!(answer.refusal(), (401, code.to_owned()));
        assert_eq!(answer.header("WWW-Authenticate"), challenge);
        assert!(IDENTITY.iter().all(|name| !answer.headers.contains_key(*name)));
    }
}
