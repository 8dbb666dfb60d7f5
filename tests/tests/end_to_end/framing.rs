//! Raw bytes on the socket: what is not clearly one request is no request, and never the start of another.

use roster_tests::{RawAnswer, RawSocket, Service};
use std::time::Duration;

/// Longer than any answer takes here, shorter than the service waits for the rest of a head.
const SILENCE: Duration = Duration::from_millis(1_500);

/// Sends bytes and reads what comes back; the connection must end with it.
fn send(service: &Service, bytes: impl AsRef<[u8]>) -> RawAnswer {
    let mut socket = RawSocket::connect(service.address());
    socket.send(bytes);
    socket.read(SILENCE)
}

/// A `POST` with these header lines beside `Host`, this body, and a second request smuggled behind it.
fn smuggling(headers: &str, body: &str) -> String {
    let smuggled = "GET /problems/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    format!(
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n{body}{smuggled}"
    )
}

#[test]
fn ambiguous_lengths_are_refused_and_end_the_connection() {
    let service = Service::start();
    let bystander = service.bystander();
    for (headers, body) in [
        ("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"),
        ("Content-Length: 2\r\nContent-Length: 0\r\n", "{}"),
        ("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
        ("Content-Length: +2\r\n", "{}"),
        ("Content-Length: 0x2\r\n", "{}"),
        ("Content-Length: -1\r\n", "{}"),
        ("Content-Length: 2,2\r\n", "{}"),
        ("Content-Length: 99999999999999999999\r\n", "{}"),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: identity, chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
        (" Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding:\u{b}chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "-1\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "1;a\n\r\nx\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "2\r\n{}x0\r\n\r\n"),
    ] {
        let answer = send(&service, smuggling(headers, body));
        let statuses = answer.statuses();
        assert!(!answer.text.contains("smuggled"), "{headers:?} {body:?}: {answer:?}");
        assert!(
            statuses.len() <= 1 && statuses.iter().all(|status| *status >= 400),
            "{headers:?} {body:?}: {answer:?}"
        );
        assert!(answer.is_closed, "{headers:?} {body:?}: {answer:?}");
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn broken_heads_are_refused() {
    let service = Service::start();
    let bystander = service.bystander();
    let line = "GET /health/live HTTP/1.1\r\n";
    let many: String = (0..300).map(|n| format!("X-{n}: 1\r\n")).collect();
    for request in [
        line.to_owned() + "\r\n",
        line.to_owned() + "Host: a\r\nHost: b\r\n\r\n",
        "POST /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "GET  /health/live HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /health/live HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "GET /health/live\r\nHost: x\r\n\r\n".to_owned(),
        line.to_owned() + "Host: x\r\nX: a\u{0}b\r\n\r\n",
        line.to_owned() + "Host: x\r\nX : a\r\n\r\n",
        line.to_owned() + "Host: x\r\n: a\r\n\r\n",
        line.to_owned() + "Host: x\r\n" + &many + "\r\n",
        format!("{line}Host: x\r\nX: {}\r\n\r\n", "a".repeat(300_000)),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(300_000)),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}".to_owned(),
    ] {
        let answer = send(&service, &request);
        let start: String = request.chars().take(80).collect();
        assert!(answer.statuses().iter().all(|status| *status >= 400), "{start:?}: {answer:?}");
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn requests_in_one_packet_are_answered_one_by_one() {
    let service = Service::start();
    let user = service.user("tech");
    let authorized = format!("GET /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", user.token);
    let anonymous = "GET /user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = send(&service, authorized + anonymous);
    assert_eq!(answer.statuses(), [200, 401], "{answer:?}");
}

#[test]
fn a_refused_body_is_not_taken_for_the_next_request() {
    let service = Service::start();
    let bystander = service.bystander();
    let smuggled = "GET /problems/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let size = 70_000;
    let padded = format!("{smuggled}{}", "x".repeat(size - smuggled.len()));
    for path in ["/users", "/user", "/nowhere", "/oauth/token", "/authorize", "/health/live"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
        let answer = send(&service, format!("{head}Content-Length: {size}\r\n\r\n{padded}"));
        assert!(!answer.text.contains("smuggled"), "{path}: {answer:?}");
        let answer = send(
            &service,
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{padded}\r\n0\r\n\r\n"),
        );
        assert!(!answer.text.contains("smuggled"), "{path}: {answer:?}");
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn who_asks_for_a_hundred_continue_before_the_body_can_be_refused_without_it() {
    let service = Service::start();
    let head = "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n\r\n";
    let answer = send(&service, head);
    assert!(answer.statuses().contains(&401), "{answer:?}");
}

#[test]
fn many_half_requests_do_not_stop_the_others() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let half = format!(
        "PATCH /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        user.token
    );
    let mut sockets: Vec<RawSocket> = (0..200).map(|_| RawSocket::connect(service.address())).collect();
    sockets.iter_mut().enumerate().for_each(|(n, socket)| {
        let bytes = if n % 2 == 0 { half.as_str() } else { "GET /user HTTP/1.1\r\nHost:" };
        socket.send(bytes);
    });
    for _ in 0..20 {
        user.get("/users/me").expect(200);
    }
    service.nobody().get("/health/ready").expect_status(200);
    service.assert_unharmed(&bystander);
}
