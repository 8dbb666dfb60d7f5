use serde_json::json;
use std::collections::BTreeSet;

use super::fixture::{World, get, request};
use crate::ROUTES;

/// The path with something in place of what varies.
fn example(path: &str) -> String {
    ["id", "facilityId", "name", "code", "kid", "file:.*"]
        .iter()
        .fold(path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), "x"))
}

#[actix_web::test]
async fn an_unknown_path_is_a_problem_before_all_else() {
    for path in ["/", "/nothing", "/user/", "/users/x/y", "//user", "/user;x.css", "/oauth"] {
        let answer = World::new().answer(request("DELETE", path)).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
        assert_eq!(answer.header("Content-Type"), "application/problem+json");
    }
    let answer = World::new().answer(get("/nothing")).await;
    let expected = json!({
        "type": "/problems/not_found",
        "title": "There is no such thing",
        "status": 404,
        "detail": "The path, or what it names, does not exist.",
        "code": "not_found",
        "requestId": "00000000-0000-0000-0000-0000000000aa",
    });
    assert_eq!(answer.json(), expected);
}

#[actix_web::test]
async fn another_method_is_refused_before_the_token_is_asked_for() {
    for (method, path, allow) in [
        ("POST", "/user", "GET, PATCH, HEAD, OPTIONS"),
        ("GET", "/user/password", "PUT, OPTIONS"),
        ("PUT", "/users/me", "GET, HEAD, OPTIONS"),
        ("DELETE", "/users/me", "GET, HEAD, OPTIONS"),
        ("POST", "/users/x", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("TRACE", "/users", "GET, POST, HEAD, OPTIONS"),
        ("FANCY", "/users", "GET, POST, HEAD, OPTIONS"),
    ] {
        let answer = World::new().answer(request(method, path)).await;
        assert_eq!(answer.refusal(), (405, "method_not_allowed".to_owned()), "{method} {path}");
        assert_eq!(answer.header("Allow"), allow, "{method} {path}");
    }
}

#[test]
fn no_route_is_listed_twice() {
    let distinct: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    assert_eq!(distinct.len(), ROUTES.len());
}

#[actix_web::test]
async fn options_lists_the_methods_of_every_path() {
    for route in ROUTES.iter().filter(|route| route.method != "ANY") {
        let answer = World::new().answer(request("OPTIONS", &example(route.path))).await;
        assert_eq!(answer.status.as_u16(), 204, "{}", route.path);
        assert!(answer.header("Allow").split(", ").any(|method| method == route.method), "{}", route.path);
        assert!(answer.body.is_empty());
    }
}

#[actix_web::test]
async fn head_is_answered_wherever_get_is() {
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let path = example(route.path);
        if path == "/health/ready" || path.starts_with("/.well-known/jwks") {
            continue;
        }
        let answers = World::new().answer_each([get(&path), request("HEAD", &path)]).await;
        assert_eq!(answers[0].status, answers[1].status, "{path}");
        assert_ne!(answers[1].status.as_u16(), 405, "{path}");
    }
}

#[actix_web::test]
async fn every_answer_has_the_common_headers() {
    for path in ["/health/live", "/nothing", "/user", "/openapi.json", "/docs/index.html"] {
        let answer = World::new().answer(get(path)).await;
        assert_eq!(answer.header("X-Content-Type-Options"), "nosniff", "{path}");
        assert!(!answer.header("X-Request-Id").is_empty(), "{path}");
        assert!(!answer.header("Cache-Control").is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn what_depends_on_the_token_is_never_kept() {
    for route in ROUTES.iter().filter(|route| route.needs == crate::Needs::Token) {
        let method = if route.method == "ANY" { "GET" } else { route.method };
        let answer = World::new().answer(request(method, &example(route.path))).await;
        assert_eq!(answer.refusal(), (401, "missing_token".to_owned()), "{method} {}", route.path);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        assert_eq!(answer.header("WWW-Authenticate"), "Bearer");
    }
}
