//! How the service ends, and how a start goes on data that it does not know.

use roster_tests::{RawSocket, Service, eventually, within};
use std::time::Duration;

const SILENCE: Duration = Duration::from_secs(20);

/// A request whose body is still on its way.
fn half_a_request(service: &Service, token: &str, body: &str) -> RawSocket {
    let mut socket = RawSocket::connect(service.address());
    socket.send(format!(
        "PATCH /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{}",
        body.len(),
        &body[..body.len() / 2],
    ));
    socket
}

#[test]
fn a_stop_is_told_first_and_what_was_begun_is_finished() {
    let mut service = Service::start();
    let user = service.user("tech");
    let body = r#"{"firstName":"Drained","lastName":"Away","jobTitle":null}"#;
    let mut socket = half_a_request(&service, &user.token, body);
    service.signal("TERM");
    // It still serves, and says to whoever balances that it will not for long; then it takes no new connection.
    eventually("the end of readiness", || {
        let ready = service.nobody().get("/health/ready");
        (ready.status == 503 && ready.header("connection") == Some("close")).then_some(())
    });
    user.get("/users/me").expect(200);
    socket.send(&body[body.len() / 2..]);
    let answer = socket.read(SILENCE);
    assert_eq!(answer.statuses(), [200], "{answer:?}");
    assert!(answer.is_closed && answer.text.to_lowercase().contains("connection: close"), "{answer:?}");
    assert!(service.ended().success());
    service.restart();
    assert_eq!(user.get("/user").expect(200)["data"]["firstName"], "Drained");
}

#[test]
fn a_second_signal_ends_the_service_now_and_loses_nothing() {
    for signal in ["TERM", "INT"] {
        let mut service = Service::start();
        let user = service.user("tech");
        // Somebody who never finishes would keep the service for half a minute.
        let _slow = half_a_request(&service, &user.token, r#"{"firstName":"x"}"#);
        service.signal(signal);
        eventually("the drain", || service.log().tells("draining").then_some(()));
        service.signal(signal);
        let number = if signal == "TERM" { 15 } else { 2 };
        let status = within(Duration::from_secs(5), "the end", || service.has_ended());
        assert_eq!(status.code(), Some(128 + number));
        service.restart();
        user.get("/user").expect(200);
        service.database().assert_sound();
    }
}

#[test]
fn a_schema_that_this_release_does_not_know_ends_the_start_with_a_message() {
    let service = Service::start();
    service.terminate();
    service.tamper("UPDATE schema_release SET oldest_release = '99.0.0'");
    for arguments in [&["serve"][..], &["serve", "--no-migrate"], &["db", "migrate"], &["client", "list"]] {
        let finished = service.command(arguments.iter().copied()).run();
        assert_eq!(finished.code, 2, "{finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
        assert!(finished.stderr.contains("99.0.0"), "{finished:?}");
    }
}
