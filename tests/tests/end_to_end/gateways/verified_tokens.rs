//! Gateways that verify tokens themselves, by our published keys.

use roster_tests::{
    Arrived, Gateway, GatewayOptions, GatewayProgram, PUBLIC_URL, RawAnswer, RawSocket, Service, Upstream,
    claims_of, eventually, header_of,
};
use std::time::Duration;

use super::is_closed;

const WRITTEN_URL: &str = "https://people.example.org";

/// A gateway with the key of this service beside its configuration.
fn options(program: GatewayProgram, service: &Service) -> GatewayOptions {
    let token = service.administrator().token;
    let kid = header_of(&token)["kid"].as_str().unwrap().to_owned();
    let key = service.nobody().get(&format!("/.well-known/jwks/{kid}.pem"));
    Gateway::by(program).with_file("roster.pem", key.expect_status(200).text())
}

fn send(gateway: &Gateway, upstream: &Upstream, token: &str) -> (RawAnswer, Vec<Arrived>) {
    let mut socket = RawSocket::connect(gateway.address());
    socket.send(format!(
        "GET /any HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         X-Roster-Subject: evil\r\nX-Roster-User-Id: evil\r\nX_Roster_Subject: evil\r\n\r\n"
    ));
    let answer = socket.read(Duration::from_secs(10));
    (answer, upstream.take())
}

fn a_gateway_verifies_tokens_by_itself(program: GatewayProgram) {
    let mut service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
    let short = service.administrator();
    eventually("the end of the token", || (short.get("/user").status == 401).then_some(()));
    service.kill();
    service.restart_with("ROSTER_ACCESS_TOKEN_TTL", "300");
    let upstream = Upstream::start();
    let options = || options(program, &service);
    let usual = options().replacing(WRITTEN_URL, PUBLIC_URL);
    let Some(gateway) = usual.start(service.address(), upstream.address()) else { return };
    let (user, client) = (service.user("tech"), service.client("backend"));

    // The first question fetches the keys.
    let (answer, arrived) = eventually("a valid token passes", || {
        Some(send(&gateway, &upstream, &user.token)).filter(|(_, arrived)| !arrived.is_empty())
    });
    assert_eq!(answer.statuses(), [200]);
    assert_eq!(arrived[0].values("x-roster-subject"), [user.id.as_str()]);
    assert_eq!(arrived[0].values("x-roster-client-id"), ["test-client"]);
    assert!(arrived[0].values("x-roster-user-id").is_empty(), "{arrived:?}");
    let (_, arrived) = send(&gateway, &upstream, &client.token);
    assert_eq!(arrived[0].values("x-roster-subject"), [claims_of(&client.token)["sub"].as_str().unwrap()]);

    let (head, signature) = user.token.rsplit_once('.').unwrap();
    let claims = head.split('.').nth(1).unwrap();
    let turned: String = signature.chars().rev().collect();
    for (token, about) in [
        (format!("{head}.{turned}"), "another signature"),
        (format!("{head}."), "no signature"),
        // {"alg":"none","typ":"at+jwt"}
        (format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."), "no algorithm"),
        (String::new(), "no token"),
        ("forged".to_owned(), "no token at all"),
    ] {
        is_closed(&send(&gateway, &upstream, &token), &[401, 403], about);
    }
    eventually("the token has expired for the gateway too", || {
        let (answer, arrived) = send(&gateway, &upstream, &short.token);
        (answer.statuses() == [401] && arrived.is_empty()).then_some(())
    });

    let others = options().replacing(WRITTEN_URL, "https://others.example");
    let others = others.start(service.address(), upstream.address()).unwrap();
    is_closed(&send(&others, &upstream, &user.token), &[401, 403], "a token for somebody else");
}

#[test]
fn envoy() {
    a_gateway_verifies_tokens_by_itself(GatewayProgram::EnvoyAlone);
}

#[test]
fn haproxy() {
    a_gateway_verifies_tokens_by_itself(GatewayProgram::HaProxyAlone);
}
