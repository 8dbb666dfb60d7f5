use actix_web::test::TestRequest;
use roster_domain::gateway::{AccessCondition, Conditions, Policies, Policy, Requirement, Rule};
use roster_domain::{
    Actions, Client, ClientKind, ExpiryChange, Grant, GrantTypes, PrincipalId, Role, Roles, Scope, Scopes,
    Status, Trust,
};
use roster_ports::StoreError;
use std::collections::BTreeMap;

use super::{IDENTITY, identity};
use crate::tests::fixture::{Answer, World, at_zero, client_id, request, token, user, with_token};

pub(super) const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
pub(super) const DOORS: [Door; 3] = [Door::Forward, Door::Nginx, Door::Envoy];

/// One way to ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Door {
    Forward,
    Nginx,
    Envoy,
}

impl Door {
    /// As a gateway asks it about an original request.
    pub(super) fn asked(self, policy: &str, method: &str, target: &str) -> TestRequest {
        let told = |door: &str, method_header: &'static str, uri: &'static str| {
            request("GET", &format!("/authorize/{door}/{policy}"))
                .insert_header((method_header, method))
                .insert_header((uri, target))
        };
        match self {
            Self::Forward => told("forward", "X-Forwarded-Method", "X-Forwarded-Uri"),
            Self::Nginx => told("nginx", "X-Original-Method", "X-Original-URI"),
            Self::Envoy => request(method, &format!("/authorize/envoy/{policy}{target}")),
        }
    }
}

fn access() -> AccessCondition {
    AccessCondition { action: "cameras:read".parse().unwrap(), placeholder: "facility".to_owned() }
}

fn all(access: Option<AccessCondition>, scope: Option<Scope>, roles: &[Role]) -> Requirement {
    Requirement::All(Conditions::new(access, scope, Roles::of(roles.iter().copied())).unwrap())
}

/// The policy `p`.
pub(super) fn policies() -> Policies {
    let rule = |methods: &[&str], path: &str, require| {
        let methods =
            (!methods.is_empty()).then(|| methods.iter().map(|name| name.parse().unwrap()).collect());
        Rule::new(methods, path.parse().unwrap(), require).unwrap()
    };
    let rules = vec![
        rule(&["GET", "HEAD"], "/facilities/{facility}/cameras/**", all(Some(access()), None, &[])),
        rule(&[], "/open/**", Requirement::Anyone),
        rule(&["POST"], "/staff", all(None, Some(Scope::UsersGet), &[Role::Tech, Role::Com])),
        rule(&[], "/delete", all(None, Some(Scope::UsersDelete), &[])),
        rule(&[], "/board", all(None, None, &[Role::Board])),
        rule(&["OPTIONS"], "/**", Requirement::Authenticated),
    ];
    Policies::new(BTreeMap::from([("p".parse().unwrap(), Policy::new(rules).unwrap())]))
}

/// A world with the policy and Ada, who is `tech`.
pub(super) fn world() -> World {
    let mut world = World::new().with_user(&user("ada@example.org", &[Role::Tech]));
    world.policies = policies();
    world
}

fn with_grant(mut world: World) -> World {
    let actions = Actions::of(["cameras:read".parse().unwrap()]).unwrap();
    let by = PrincipalId::Client(client_id("app"));
    let grant = Grant::given(None, &actions, ExpiryChange::Keep, by, at_zero());
    world
        .tx
        .access
        .expect_grant()
        .returning(move |_, facility| Ok(Some(grant.clone()).filter(|_| facility.to_string() == FACILITY)));
    world
}

#[track_caller]
pub(super) fn is_denied(answer: &Answer, status: u16, code: &str, about: &str) {
    assert_eq!(answer.refusal(), (status, code.to_owned()), "{about}");
    assert!(IDENTITY.iter().all(|name| !answer.headers.contains_key(*name)), "{about}");
}

#[track_caller]
fn is_ada(answer: &Answer, about: &str) {
    assert_eq!(answer.status.as_u16(), 200, "{about}");
    assert!(answer.body.is_empty(), "{about}");
    let id = user("ada@example.org", &[Role::Tech]).id.to_string();
    let scopes = "users:get profile:get profile:modify";
    assert_eq!(identity(answer), [id.as_str(), "ada@example.org", "tech", scopes, "app"], "{about}");
}

#[actix_web::test]
async fn whoever_fulfils_the_rule_passes_with_every_header() {
    let cameras = format!("/facilities/{FACILITY}/cameras/7/picture?size=2&x=/../");
    for door in DOORS {
        for (policy, method, target) in [
            ("p", "GET", cameras.as_str()),
            ("p", "POST", "/staff"),
            ("p", "OPTIONS", "/whatever/there/is"),
            ("authenticated", "FANCY", "/whatever"),
        ] {
            let asked = with_token(door.asked(policy, method, target));
            is_ada(&with_grant(world()).answer(asked).await, &format!("{door:?} {method} {target}"));
        }
    }
}

#[actix_web::test]
async fn whoever_lacks_the_right_is_denied() {
    let elsewhere = "/facilities/16f0cbe3-bc75-45ea-9168-52e52c941adb/cameras";
    let cameras = format!("/facilities/{FACILITY}/cameras");
    for door in DOORS {
        for (method, target, code) in [
            ("GET", elsewhere, "denied_by_policy"),
            ("GET", "/facilities/7/cameras", "denied_by_policy"),
            ("POST", cameras.as_str(), "denied_by_policy"),
            ("GET", "/staff", "denied_by_policy"),
            ("GET", "/board", "denied_by_policy"),
            ("GET", "/delete", "insufficient_scope"),
            ("GET", "/nothing", "denied_by_policy"),
            ("get", cameras.as_str(), "denied_by_policy"),
        ] {
            let asked = with_token(door.asked("p", method, target));
            let answer = with_grant(world()).answer(asked).await;
            is_denied(&answer, 403, code, &format!("{door:?} {method} {target}"));
        }
    }
    let answer = world().answer(with_token(Door::Envoy.asked("p", "GET", "/delete"))).await;
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"users:delete\"";
    assert_eq!(answer.header("WWW-Authenticate"), challenge);
}

#[actix_web::test]
async fn no_valid_token_is_told_before_what_the_rules_are() {
    for door in DOORS {
        for target in ["/staff", "/nothing", "/board"] {
            let asked = || door.asked("p", "POST", target);
            let about = format!("{door:?} {target}");
            let missing = world().answer(asked()).await;
            is_denied(&missing, 401, "missing_token", &about);
            assert_eq!(missing.header("WWW-Authenticate"), "Bearer");
            let bad = world().answer(asked().insert_header(("Authorization", "Bearer bad"))).await;
            is_denied(&bad, 401, "invalid_token", &about);
            let twice = with_token(asked()).append_header(("Authorization", "Bearer good"));
            is_denied(&world().answer(twice).await, 401, "invalid_token", &about);
        }
    }
}

#[actix_web::test]
async fn an_unknown_policy_is_denied_with_a_token_or_without() {
    for door in DOORS {
        for policy in ["other", "P", "authenticated2", "p%70"] {
            for asked in [door.asked(policy, "GET", "/open"), with_token(door.asked(policy, "GET", "/open"))]
            {
                is_denied(&world().answer(asked).await, 403, "denied_by_policy", policy);
            }
        }
    }
}

#[actix_web::test]
async fn anyone_passes_and_only_a_valid_token_tells_who() {
    for door in DOORS {
        let asked = || door.asked("p", "DELETE", "/open/a/b");
        let bad = [
            asked(),
            asked().insert_header(("Authorization", "Bearer bad")),
            asked().insert_header(("Authorization", "Basic Z29vZDpnb29k")),
            with_token(asked()).append_header(("Authorization", "Bearer good")),
        ];
        for request in bad {
            let answer = world().answer(request).await;
            assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "{door:?}");
            assert_eq!(identity(&answer), [""; 5], "{door:?}");
        }
        is_ada(&world().answer(with_token(asked())).await, &format!("{door:?}"));
    }
}

#[actix_web::test]
async fn a_client_passes_by_its_scopes_alone() {
    for door in DOORS {
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
        world.policies = policies();
        world.tx.clients.expect_client().returning(move |_| Ok(Some(robot.clone())));
        let cameras = format!("/facilities/{FACILITY}/cameras");
        let requests = [("GET", "/delete"), ("GET", "/board"), ("GET", cameras.as_str())];
        let requests = requests.map(|(method, target)| with_token(door.asked("p", method, target)));
        let answers = world.answer_each(requests).await;
        assert_eq!(answers[0].status.as_u16(), 200);
        assert_eq!([identity(&answers[0])[0], identity(&answers[0])[4]], ["", "app"]);
        is_denied(&answers[1], 403, "denied_by_policy", "a role");
        is_denied(&answers[2], 403, "denied_by_policy", "an action");
    }
}

#[actix_web::test]
async fn an_outage_opens_no_door() {
    let outage = || {
        let mut world = World::new().with_token(token(PrincipalId::Client(client_id("app")), None));
        world.policies = policies();
        world.tx.clients.expect_client().returning(|_| Err(StoreError::Unavailable("down".to_owned())));
        world
    };
    for door in DOORS {
        for target in ["/board", "/open"] {
            let answer = outage().answer(with_token(door.asked("p", "GET", target))).await;
            is_denied(&answer, 503, "unavailable", target);
            assert!(!answer.header("Retry-After").is_empty());
        }
        let answer = outage().answer(door.asked("p", "GET", "/open")).await;
        assert_eq!(answer.status.as_u16(), 200, "nobody need be looked up");
    }
}

#[actix_web::test]
async fn the_method_of_the_sub_request_is_nobodys_concern() {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FANCY"] {
        let verb = actix_web::http::Method::from_bytes(method.as_bytes()).unwrap();
        for door in [Door::Forward, Door::Nginx] {
            let asked = with_token(door.asked("p", "POST", "/staff")).method(verb.clone());
            let answer = world().answer(asked).await;
            is_ada(&answer, method);
            assert!(answer.header("Allow").is_empty());
        }
        let asked = with_token(Door::Envoy.asked("authenticated", method, "/x"));
        is_ada(&world().answer(asked).await, method);
    }
}

#[actix_web::test]
async fn what_one_dialect_says_no_other_door_hears() {
    let forward = || Door::Forward.asked("p", "POST", "/staff");
    let spoofed = |request: TestRequest| {
        with_token(request)
            .insert_header(("X-Original-Method", "OPTIONS"))
            .insert_header(("X-Original-URI", "/any"))
            .insert_header(("X-Forwarded-Path", "/any"))
            .insert_header(("X-HTTP-Method-Override", "OPTIONS"))
    };
    is_ada(&world().answer(spoofed(forward())).await, "the door's own headers count");
    let only_original = spoofed(request("GET", "/authorize/forward/p"));
    is_denied(&world().answer(only_original).await, 400, "malformed_request", "no fallback");
    let only_forwarded = with_token(request("GET", "/authorize/nginx/p"))
        .insert_header(("X-Forwarded-Method", "POST"))
        .insert_header(("X-Forwarded-Uri", "/staff"));
    is_denied(&world().answer(only_forwarded).await, 403, "denied_by_policy", "no fallback");
    let board = spoofed(Door::Envoy.asked("p", "GET", "/board"))
        .insert_header(("X-Forwarded-Method", "OPTIONS"))
        .insert_header(("X-Forwarded-Uri", "/any"));
    is_denied(&world().answer(board).await, 403, "denied_by_policy", "the start line alone counts");
}

#[actix_web::test]
async fn metadata_is_there_once_or_nothing_passes() {
    for (door, status, code) in
        [(Door::Forward, 400, "malformed_request"), (Door::Nginx, 403, "denied_by_policy")]
    {
        let (path, method, uri) = match door {
            Door::Forward => ("/authorize/forward/p", "X-Forwarded-Method", "X-Forwarded-Uri"),
            _ => ("/authorize/nginx/p", "X-Original-Method", "X-Original-URI"),
        };
        let bare = || with_token(request("GET", path));
        for (told, about) in [
            (bare(), "nothing is told"),
            (bare().insert_header((method, "POST")), "no path"),
            (bare().insert_header((uri, "/staff")), "no method"),
            (door.asked("p", "POST", "/staff").append_header((uri, "/staff")), "two paths"),
            (door.asked("p", "POST", "/staff").append_header((method, "POST")), "two methods"),
            (bare().insert_header((uri, "/staff")).insert_header((method, "")), "an empty method"),
            (bare().insert_header((uri, "/staff")).insert_header((method, "POST, GET")), "a list of methods"),
        ] {
            is_denied(&world().answer(told).await, status, code, about);
        }
    }
}
