//! Methods, ids of requests and headers, on every path.

use roster_adapter_actix::{Needs, ROUTES};
use roster_tests::Body;
use std::collections::{BTreeMap, BTreeSet};

use super::{Stage, routes_with};

/// The methods of each path, but for those where every method is answered alike.
fn methods() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut methods = BTreeMap::<_, BTreeSet<_>>::new();
    for route in ROUTES.iter().filter(|route| route.method != "ANY") {
        let of_path = methods.entry(route.path).or_default();
        of_path.extend([route.method, "OPTIONS"]);
        if route.method == "GET" {
            of_path.insert("HEAD");
        }
    }
    methods
}

fn listed(allow: Option<&str>) -> BTreeSet<String> {
    allow.unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect()
}

#[test]
fn options_and_405_name_the_methods_of_the_path() {
    let stage = Stage::new();
    for (path, methods) in methods() {
        let expected: BTreeSet<String> = methods.iter().map(|method| (*method).to_owned()).collect();
        let nobody = stage.service.nobody();
        let options = nobody.send("OPTIONS", &stage.path(path), &[], &Body::Empty);
        assert_eq!(options.expect_status(204).body.len(), 0);
        assert_eq!(listed(options.header("allow")), expected, "{path}");
        for wrong in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            if methods.contains(wrong) {
                continue;
            }
            let answer = nobody.send(wrong, &stage.path(path), &[], &Body::Empty);
            assert_eq!(answer.status, 405, "{wrong} {path}: {answer}");
            assert_eq!(listed(answer.header("allow")), expected, "{path}");
            if wrong == "HEAD" {
                assert!(answer.body.is_empty());
            } else if path.starts_with("/oauth/") {
                assert_eq!(answer.json()["error"], "invalid_request");
            } else {
                answer.expect_problem(405, "method_not_allowed");
            }
        }
    }
}

#[test]
fn head_is_get_without_the_body() {
    let stage = Stage::new();
    for route in routes_with(&["GET"]) {
        let path = stage.path(route.path);
        for actor in [&stage.administrator, &stage.service.nobody()] {
            let (get, head) = (actor.get(&path), actor.send("HEAD", &path, &[], &Body::Empty));
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            for name in ["content-type", "etag", "cache-control", "www-authenticate"] {
                assert_eq!(head.header(name), get.header(name), "{path} {name}");
            }
        }
    }
}

#[test]
fn every_answer_has_its_request_id_and_the_common_headers() {
    let stage = Stage::new();
    for route in ROUTES {
        let method = if route.method == "ANY" { "GET" } else { route.method };
        for actor in [&stage.administrator, &stage.service.nobody()] {
            let headers = [("x-request-id", "my-request.1"), ("origin", "https://evil.example")];
            let body = if method == "GET" { Body::Empty } else { Body::Bytes("text/plain", vec![b'x']) };
            let answer = actor.send(method, &stage.path(route.path), &headers, &body);
            assert!(answer.status < 500, "{answer}");
            assert_eq!(answer.header("x-request-id"), Some("my-request.1"), "{answer}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer}");
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{answer}");
            assert!(answer.header("content-security-policy").is_some(), "{answer}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
            assert_eq!(answer.header("server"), None, "{answer}");
            if route.needs != Needs::Nothing {
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
            }
        }
    }
}

#[test]
fn only_what_is_public_may_be_kept_by_shared_caches() {
    let stage = Stage::new();
    for route in routes_with(&["GET"]).filter(|route| route.needs == Needs::Nothing) {
        let answer = stage.administrator.get(&stage.path(route.path));
        let may_be_kept = answer.header("cache-control").is_some_and(|value| value.contains("public"));
        assert!(!may_be_kept || answer.status < 400, "an error is kept by nobody: {answer}");
    }
    for path in ["/user/x.css", "/user;x.css", "/users/me/x.png", "/user.json", "//user", "/user/"] {
        let answer = stage.administrator.get(path);
        assert_eq!((answer.status, answer.header("cache-control")), (404, Some("no-store")), "{path}");
    }
}
