use actix_web::test::TestRequest;

use super::fixture::{Answer, World, get, request};

const PAGE: &str = "https://app.example.org";

async fn answer(request: TestRequest) -> Answer {
    let world = World { cors_origins: vec![PAGE.to_owned(), "null".to_owned()], ..World::new() };
    world.answer(request).await
}

fn preflight(path: &str, origin: &str) -> TestRequest {
    request("OPTIONS", path)
        .insert_header(("Origin", origin))
        .insert_header(("Access-Control-Request-Method", "PATCH"))
}

fn says_nothing(answer: &Answer) -> bool {
    !answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[actix_web::test]
async fn without_origins_nothing_is_said() {
    for request in [get("/health/live").insert_header(("Origin", PAGE)), preflight("/user", PAGE)] {
        let answer = World::new().answer(request).await;
        assert!(says_nothing(&answer) && answer.header("Vary").is_empty());
    }
}

#[actix_web::test]
async fn a_listed_origin_may_read_answers_and_problems() {
    for path in ["/health/live", "/nothing", "/user"] {
        let answer = answer(get(path).insert_header(("Origin", PAGE))).await;
        assert_eq!(answer.header("Access-Control-Allow-Origin"), PAGE, "{path}");
        assert_eq!(answer.header("Vary"), "Origin", "{path}");
        let exposed = answer.header("Access-Control-Expose-Headers");
        assert!(["ETag", "Link", "Location", "X-Request-Id"].iter().all(|name| exposed.contains(name)));
        assert!(answer.header("Access-Control-Allow-Credentials").is_empty());
    }
}

#[actix_web::test]
async fn other_origins_may_not() {
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.org.evil.example",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://APP.example.org",
        "*",
        "",
    ] {
        for request in [get("/health/live").insert_header(("Origin", origin)), preflight("/user", origin)] {
            let answer = answer(request).await;
            assert!(says_nothing(&answer), "{origin}");
            assert_eq!(answer.header("Vary"), "Origin", "{origin}");
        }
    }
}

#[actix_web::test]
async fn a_preflight_is_told_what_the_path_allows() {
    let answer = answer(preflight("/user", PAGE)).await;
    assert_eq!(answer.status.as_u16(), 204);
    assert_eq!(answer.header("Access-Control-Allow-Origin"), PAGE);
    assert_eq!(answer.header("Access-Control-Allow-Methods"), "GET, PATCH, HEAD, OPTIONS");
    let allowed = answer.header("Access-Control-Allow-Headers");
    assert!(["authorization", "if-match", "idempotency-key"].iter().all(|name| allowed.contains(name)));
}

#[actix_web::test]
async fn a_preflight_of_no_path_and_of_the_gateways_door_is_none() {
    assert_eq!(answer(preflight("/nothing", PAGE)).await.status.as_u16(), 404);
    let answer = answer(preflight("/authorize", PAGE)).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(answer.header("Access-Control-Allow-Methods").is_empty());
}
