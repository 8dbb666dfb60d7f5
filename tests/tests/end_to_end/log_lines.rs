//! Whatever is sent, a line of the log is one event, and nobody writes in it but the service.

use roster_tests::{Body, RawSocket, Service};
use serde_json::{Value, json};
use std::time::Duration;

/// What ends a line, an object or a colour somewhere.
const EVIL: &str = "a\u{1b}[31m\"}\u{2028}\u{2029}\u{85}{\"level\":\"FORGED\"";

/// Every line is one JSON object of the service's own, in which nothing moves a cursor or ends a line for anybody.
#[track_caller]
fn has_whole_lines(service: &Service) {
    let lines = service.log().lines();
    assert!(!lines.is_empty());
    for line in lines {
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(event.is_object() && event["level"] != "FORGED", "{line}");
        let is_harmless = |sign: char| !sign.is_control() && !['\u{2028}', '\u{2029}'].contains(&sign);
        assert!(line.chars().all(is_harmless), "{line:?}");
    }
}

#[test]
fn whatever_is_sent_a_log_line_is_one_json_object() {
    let service = Service::options().with("ROSTER_LOG", "trace").start();
    let administrator = service.administrator();
    let evil = EVIL;
    let body = json!({
        "firstName": evil, "lastName": "x\r\nFORGED", "email": format!("{evil}@example.com"), "plainPassword": evil,
        "roles": [evil],
    });
    administrator.post("/users", body).expect(422);
    administrator.get("/users?search=%0d%0a%7b%22level%22%3a%22FORGED%22%7d%1b%5b31m").expect(200);
    administrator.get("/users?%0aFORGED=1").expect(400);
    administrator.get("/%0d%0aFORGED%1b%e2%80%a8").expect(404);
    service.try_password(&format!("{evil}\r\nFORGED"), evil).expect(400);
    for header in ["user-agent", "x-request-id", "x-forwarded-for", "authorization"] {
        let mut socket = RawSocket::connect(service.address());
        let head = format!(
            "GET /user HTTP/1.1\r\nHost: x\r\n{header}: {evil}\tFORGED {}\r\n\r\n",
            "x".repeat(10_000)
        );
        socket.send(head);
        socket.read(Duration::from_millis(500));
        let mut socket = RawSocket::connect(service.address());
        socket.send(format!("GET /user HTTP/1.1\r\nHost: x\r\n{header}: a\rFORGED\nb: c\r\n\r\n"));
        socket.read(Duration::from_millis(500));
    }
    service.terminate();
    has_whole_lines(&service);
}

#[test]
fn what_callers_say_of_themselves_is_kept_as_it_is_and_logged_as_text() {
    let service = Service::options().with("ROSTER_LOG", "trace").start();
    let user = service.user("tech");
    let fields = vec![
        ("grant_type", "password".to_owned()),
        ("client_id", format!("{EVIL}\r\nFORGED")),
        ("username", user.email.clone()),
        ("password", EVIL.to_owned()),
        ("scope", EVIL.to_owned()),
    ];
    let agent = "Mozilla \"}{\"level\":\"FORGED\"";
    let send =
        |fields| service.http().send("POST", "/oauth/token", &[("user-agent", agent)], &Body::Fields(fields));
    send(fields).expect(401);
    let fields = vec![
        ("grant_type", "password".to_owned()),
        ("client_id", roster_tests::CLIENT.to_owned()),
        ("username", user.email.clone()),
        ("password", user.password.clone()),
    ];
    send(fields).expect(200);
    let sessions = user.get("/user/sessions").expect(200);
    assert!(
        sessions["data"].as_array().unwrap().iter().any(|session| session["userAgent"] == agent),
        "{sessions}"
    );
    for path in [
        "/users/%0d%0aFORGED",
        "/pictures/%e2%80%a8%1b%5b31m",
        "/problems/%22%7d%0a",
        "/.well-known/jwks/%0a.pem",
    ] {
        assert!(user.get(path).status >= 400, "{path}");
    }
    service.terminate();
    has_whole_lines(&service);
}
