//! Real gateways with the configurations of `docs/gateways`, before a service that records what arrives: every cell of the
//! table below ends closed, or carries only what Roster says.

mod page;
mod table;
mod verified_tokens;

use roster_tests::{
    Actor, Arrived, Gateway, GatewayProgram, RawAnswer, RawSocket, Service, Upstream, eventually,
};
use std::fs;
use std::time::Duration;

use table::UPGRADE;

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

const POLICY: &str = r#"
[[policy.cameras]]
methods = ["GET", "HEAD"]
path = "/facilities/{facility}/cameras/**"
require = { action = "cameras:read", facility = "{facility}" }

[[policy.cameras]]
path = "/open/**"
require = "anyone"

[[policy.cameras]]
methods = ["GET", "POST"]
path = "/staff/**"
require = "authenticated"

[[policy.cameras]]
path = "/board/**"
require = { role = "board" }
"#;

const IDENTITY: [&str; 5] =
    ["x-roster-user-id", "x-roster-email", "x-roster-roles", "x-roster-scopes", "x-roster-client-id"];

/// A Roster, a service, and a gateway between.
struct Stage {
    service: Service,
    upstream: Upstream,
    gateway: Gateway,
    /// Somebody who may read the cameras.
    user: Actor,
    /// A token that was valid once.
    expired: String,
}

impl Stage {
    fn with(program: GatewayProgram) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("roster.toml");
        fs::write(&config, POLICY).unwrap();
        let mut service =
            Service::options().configured_by(&config).with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
        let expired = service.administrator();
        eventually("the end of the token", || (expired.get("/user").status == 401).then_some(()));
        service.kill();
        service.restart_with("ROSTER_ACCESS_TOKEN_TTL", "300");
        let upstream = Upstream::start();
        let gateway = Gateway::by(program).start(service.address(), upstream.address())?;
        let administrator = service.administrator();
        let user = service.user_made_by(&administrator, "tech");
        administrator.give(&user.id, FACILITY, &["cameras:read"]);
        let stage = Self { service, upstream, gateway, user, expired: expired.token };
        // Some listen before they know what to do.
        eventually("a gateway that knows its service", || {
            (stage.send("GET /open", &[]).0.statuses() == [200]).then_some(())
        });
        Some(stage)
    }

    /// Sends a request through the gateway, byte by byte as it is written here.
    fn send(&self, start: &str, headers: &[(&str, &str)]) -> (RawAnswer, Vec<Arrived>) {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut socket = RawSocket::connect(self.gateway.address());
        socket.send(format!("{start} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n{headers}\r\n"));
        let answer = socket.read(Duration::from_secs(10));
        (answer, self.upstream.take())
    }

    /// Sends a request with a token beside other headers.
    fn send_as(&self, token: &str, start: &str, headers: &[(&str, &str)]) -> (RawAnswer, Vec<Arrived>) {
        let authorization = format!("Bearer {token}");
        let mut all = vec![("Authorization", authorization.as_str())];
        all.extend(headers);
        self.send(start, &all)
    }

    /// Somebody with a token opens a WebSocket through the gateway and says something: what they hear, and what arrived.
    fn talk_by_websocket(&self, headers: &[(&str, &str)]) -> (String, Vec<Arrived>) {
        const SAID: &str = "is it you?";
        let headers = UPGRADE.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
        let (headers, token): (String, _) = (headers.collect(), &self.user.token);
        let mut socket = RawSocket::connect(self.gateway.address());
        socket.send(format!(
            "GET /staff HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
        ));
        let silence = Duration::from_secs(10);
        let mut heard = socket.read_until("\r\n\r\n", silence).text;
        socket.send(SAID);
        heard += &socket.read_until(SAID, silence).text;
        (heard, self.upstream.take())
    }

    /// The one request arrives, and says who sent it as Roster does and nobody else.
    #[track_caller]
    fn arrives(&self, (answer, arrived): &(RawAnswer, Vec<Arrived>), about: &str) -> Arrived {
        assert_eq!(answer.statuses(), [200], "{about}: {answer:?}");
        let [one] = &arrived[..] else { panic!("{about}: {arrived:?}") };
        let roster = [
            self.user.id.as_str(),
            &self.user.email,
            "tech",
            "users:get profile:get profile:modify",
            "test-client",
        ];
        for (name, value) in IDENTITY.iter().zip(roster) {
            assert_eq!(one.values(name), [value], "{about}: {name}");
        }
        one.clone()
    }

    /// The one request arrives, and says nothing of who sent it.
    #[track_caller]
    fn arrives_from_nobody((answer, arrived): &(RawAnswer, Vec<Arrived>), about: &str) {
        assert_eq!(answer.statuses(), [200], "{about}: {answer:?}");
        let [one] = &arrived[..] else { panic!("{about}: {arrived:?}") };
        for name in IDENTITY {
            assert!(one.values(name).iter().all(|value| value.is_empty()), "{about}: {one:?}");
        }
    }
}

/// Nothing arrives, and whoever asked is told so.
#[track_caller]
fn is_closed((answer, arrived): &(RawAnswer, Vec<Arrived>), statuses: &[u16], about: &str) {
    assert!(arrived.is_empty(), "{about}: {arrived:?}");
    let told = answer.statuses();
    assert!(told.len() == 1 && statuses.contains(&told[0]), "{about}: {answer:?}");
}

/// Nothing arrives, whatever is told.
#[track_caller]
fn stays_out((answer, arrived): &(RawAnswer, Vec<Arrived>), about: &str) {
    assert!(arrived.is_empty(), "{about}: {arrived:?}");
    assert!(answer.statuses().iter().all(|status| *status >= 400), "{about}: {answer:?}");
}
