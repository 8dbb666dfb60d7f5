//! Paths that programs read differently pass no door, with a token or without.

use actix_web::http::header::{HeaderName, HeaderValue};

use super::doors::{DOORS, Door, is_denied, world};
use crate::tests::fixture::{request, with_token};

const BAD: &[&str] = &[
    "/open/..",
    "/open/../staff",
    "/open/./a",
    "/open/..;x=1/a",
    "/open/%2e%2e/a",
    "/open/%2E%2E/a",
    "/open/a%2fb",
    "/open/..%2Fb",
    "/open/a%5cb",
    "/open/a\\b",
    "/open//a",
    "//open/a",
    "/open/a%00b",
    "/open/a%0ab",
    "/open/a%7f",
    "/open/%61",
    "/open/%2D",
    "/open/%zz",
    "/open/%",
    "/open/%c0%ae%c0%ae/a",
];

/// What a start line cannot carry, and a header can.
const BAD_IN_A_HEADER: &[&[u8]] = &[
    b"",
    b"open/a",
    b"*",
    b"http://x/open/a",
    b"/open/a b",
    b"/open/a\tb",
    b"/open/\xc3\xa9",
    b"/open/a#b",
    b"/open/a, /open/b",
];

#[actix_web::test]
async fn a_path_that_is_read_differently_is_denied_whoever_asks() {
    for door in DOORS {
        for target in BAD {
            for asked in [door.asked("p", "GET", target), with_token(door.asked("p", "GET", target))] {
                is_denied(
                    &world().answer(asked).await,
                    403,
                    "denied_by_policy",
                    &format!("{door:?} {target}"),
                );
            }
        }
    }
}

#[actix_web::test]
async fn what_is_no_path_is_denied() {
    for (path, method, uri) in [
        ("/authorize/forward/p", "x-forwarded-method", "x-forwarded-uri"),
        ("/authorize/nginx/p", "x-original-method", "x-original-uri"),
    ] {
        for bad in BAD_IN_A_HEADER {
            let asked = with_token(request("GET", path))
                .insert_header((method, "GET"))
                .insert_header((HeaderName::from_static(uri), HeaderValue::from_bytes(bad).unwrap()));
            let about = String::from_utf8_lossy(bad).into_owned();
            is_denied(&world().answer(asked).await, 403, "denied_by_policy", &about);
        }
    }
}

#[actix_web::test]
async fn a_path_is_2048_bytes_long_at_most_without_its_query() {
    let longest = format!("/open/{}", "a".repeat(2042));
    for door in DOORS {
        let with_query = format!("{longest}?{}", "b".repeat(4000));
        for target in [longest.as_str(), &with_query] {
            assert_eq!(world().answer(door.asked("p", "GET", target)).await.status.as_u16(), 200, "{door:?}");
        }
        let longer = door.asked("p", "GET", &format!("{longest}a"));
        is_denied(&world().answer(longer).await, 403, "denied_by_policy", "a longer one");
    }
}

#[actix_web::test]
async fn the_query_is_never_looked_at() {
    for door in DOORS {
        for target in ["/open/a?x=/../..", "/open/a?%00//\\", "/open/a?", "/open/a??/%2e%2e"] {
            let answer = world().answer(door.asked("p", "GET", target)).await;
            assert_eq!(answer.status.as_u16(), 200, "{door:?} {target}");
        }
    }
}

#[actix_web::test]
async fn envoys_door_sees_the_path_as_it_came() {
    for (path, status) in [
        ("/authorize/envoy/p/open/a%3Ab", 200),
        ("/authorize/envoy/p/open/a%25b", 200),
        ("/authorize/envoy/p/open/", 200),
        // Below the door of another spelling there is nothing.
        ("/authorize/envoy/%70/open/a", 403),
        ("/%61uthorize/envoy/p/open/a", 403),
        ("/authorize/envoy/p/..%2f..%2fopen", 403),
        ("/authorize/envoy/p%2Fopen/a", 403),
        ("/authorize/envoy/p//open", 403),
    ] {
        let answer = world().answer(request("GET", path)).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    let root = Door::Envoy.asked("authenticated", "GET", "/");
    assert_eq!(world().answer(with_token(root)).await.status.as_u16(), 200);
}
