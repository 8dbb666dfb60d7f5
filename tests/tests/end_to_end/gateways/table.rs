use roster_tests::{Arrived, GatewayProgram, RawAnswer};

use super::page::Column;
use super::{FACILITY, IDENTITY, Stage, is_closed, stays_out};

/// Names by which somebody might pretend to be somebody else; some services take `_` for `-`.
pub(super) const SPOOFED_IDENTITY: &[(&str, &str)] = &[
    ("X-Roster-User-Id", "evil"),
    ("x-roster-email", "evil@example.org"),
    ("X-ROSTER-ROLES", "board"),
    ("X-Roster-Roles", "hr"),
    ("X-Roster-Scopes", "users:delete"),
    ("X-Roster-Client-Id", "evil"),
    ("X_Roster_User_Id", "evil"),
    ("X_Roster_Roles", "board"),
];

/// What says that another request is asked about.
pub(super) const SPOOFED_METADATA: &[(&str, &str)] = &[
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Uri", "/open"),
    ("X-Original-Method", "GET"),
    ("X-Original-URI", "/open"),
    ("X-Original-URL", "/open"),
    ("X-Rewrite-URL", "/open"),
    ("X-HTTP-Method-Override", "GET"),
];

/// Paths that begin where anybody may go, and that some take for a place where few may.
pub(super) const TRICKS: &[&str] = &[
    "/open/../board",
    "/open/./../board",
    "/open/%2e%2e/board",
    "/open/.%2E/board",
    "/open/..%2fboard",
    "/open/..%5cboard",
    "/open/..\\board",
    "/open/..;/board",
    "/open//board",
    "//open/board",
    "/open/%00",
    "/open/%61",
    "/open/%zz",
    "/open/%c0%ae%c0%ae/board",
    "/open/a#/../board",
];

/// What asks for a WebSocket.
pub(super) const UPGRADE: &[(&str, &str)] = &[
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

fn a_gateway_lets_in_nobody_else(program: GatewayProgram) {
    let Some(stage) = Stage::with(program) else { return };
    identity_is_rosters(&stage);
    metadata_is_the_gateways(&stage);
    paths_mean_one_thing(&stage);
    methods_are_told(&stage);
    old_tokens_are_worth_nothing(&stage);
    let mut column = Column::of(&stage);
    // The last cell: nothing is left to ask.
    stage.service.kill();
    for start in ["GET /open", "GET /staff", "POST /staff"] {
        let answer = stage.send_as(&stage.user.token, start, SPOOFED_IDENTITY);
        is_closed(&answer, &[500, 502, 503, 504], &format!("without Roster: {start}"));
    }
    column.add_without_roster(&stage);
    column.check(program);
}

fn identity_is_rosters(stage: &Stage) {
    let cameras = format!("GET /facilities/{FACILITY}/cameras/7?size=2&x=%2F..");
    let token = stage.user.token.as_str();
    let arrived = stage.arrives(&stage.send_as(token, &cameras, &[]), "an allowed request");
    assert_eq!(arrived.start, format!("{cameras} HTTP/1.1"));
    for (name, value) in SPOOFED_IDENTITY {
        let about = format!("{name} is spoofed");
        stage.arrives(&stage.send_as(token, &cameras, &[(name, value)]), &about);
        Stage::arrives_from_nobody(&stage.send("GET /open", &[(name, value)]), &about);
    }
    stage.arrives(&stage.send_as(token, "GET /staff", SPOOFED_IDENTITY), "all of it is spoofed");
    Stage::arrives_from_nobody(&stage.send("GET /open", SPOOFED_IDENTITY), "all of it is spoofed");
    for name in IDENTITY {
        // Connection options take headers away on the way.
        let connection = [("Connection", name), (name, "evil")];
        let (_, arrived) = stage.send_as(token, "GET /staff", &connection);
        let is_evil = arrived.iter().any(|one| one.values(name).contains(&"evil"));
        assert!(!is_evil, "{name} as a connection option: {arrived:?}");
    }
}

fn metadata_is_the_gateways(stage: &Stage) {
    let token = stage.user.token.as_str();
    for (name, value) in SPOOFED_METADATA {
        let about = format!("{name} is spoofed");
        is_closed(&stage.send("GET /staff", &[(name, value)]), &[401], &about);
        is_closed(&stage.send_as(token, "GET /board", &[(name, value)]), &[403], &about);
        let twice = [(*name, *value), (*name, *value)];
        stays_out(&stage.send_as(token, "GET /board", &twice), &about);
    }
    is_closed(&stage.send_as(token, "GET /board", SPOOFED_METADATA), &[403], "all of it is spoofed");
    is_closed(&stage.send("GET /nothing", &[]), &[401], "no rule");
    is_closed(&stage.send_as(token, "GET /nothing", &[]), &[403], "no rule");
    let two_tokens = [("Authorization", "Bearer x")];
    stays_out(&stage.send_as(token, "GET /staff", &two_tokens), "two tokens");
}

fn paths_mean_one_thing(stage: &Stage) {
    for path in TRICKS {
        for token in [None, Some(stage.user.token.as_str())] {
            let start = format!("GET {path}");
            let answer = match token {
                None => stage.send(&start, &[]),
                Some(token) => stage.send_as(token, &start, &[]),
            };
            stays_out_or_is_plain(&answer, path);
        }
    }
    let long = format!("GET /open/{}", "a".repeat(2048));
    stays_out(&stage.send(&long, &[]), "a long path");
    stays_out(&stage.send("GET http://service/open/../board", &[]), "an absolute form");
}

/// Traefik makes one spelling of some paths before it asks: then it is that one on which was decided and which arrives.
fn stays_out_or_is_plain(seen: &(RawAnswer, Vec<Arrived>), about: &str) {
    let [one] = &seen.1[..] else { return stays_out(seen, about) };
    let path = one.start.split(' ').nth(1).unwrap();
    let is_plain = path.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'/') && !path.contains("//");
    assert!(is_plain && path.starts_with("/open/"), "{about}: {one:?}");
}

fn methods_are_told(stage: &Stage) {
    let token = stage.user.token.as_str();
    let cameras = format!("/facilities/{FACILITY}/cameras");
    stage.arrives(&stage.send_as(token, &format!("HEAD {cameras}"), &[]), "HEAD");
    stage.arrives(&stage.send_as(token, "POST /staff", &[("Content-Length", "0")]), "POST");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FANCY"] {
        let start = format!("{method} {cameras}");
        stays_out(&stage.send_as(token, &start, &[("Content-Length", "0")]), &start);
    }
    let preflight = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET")];
    stays_out(&stage.send("OPTIONS /staff", &preflight), "a preflight");
    stays_out(&stage.send("HEAD /staff", &[]), "HEAD without a token");
    stays_out(&stage.send("GET /staff", UPGRADE), "an upgrade without a token");
    stays_out(&stage.send_as(token, "GET /board", UPGRADE), "an upgrade without the role");
    let (heard, arrived) = stage.talk_by_websocket(SPOOFED_IDENTITY);
    assert!(heard.contains("101 ") && heard.ends_with("is it you?"), "{heard}");
    assert!(arrived.iter().any(|one| one.values("upgrade") == ["websocket"]), "{arrived:?}");
}

fn old_tokens_are_worth_nothing(stage: &Stage) {
    let ended = stage.service.sign_in_with(&stage.user, &["profile:get", "profile:modify"]);
    ended.delete(&format!("/user/sessions/{}", ended.session())).expect(200);
    for (token, about) in [(stage.expired.as_str(), "expired"), (&ended.token, "ended"), ("forged", "forged")]
    {
        is_closed(&stage.send_as(token, "GET /staff", SPOOFED_IDENTITY), &[401], about);
        Stage::arrives_from_nobody(&stage.send_as(token, "GET /open", SPOOFED_IDENTITY), about);
    }
    let (answer, _) = stage.send("GET /staff", &[]);
    let challenge = answer.text.to_ascii_lowercase();
    assert!(challenge.contains("www-authenticate: bearer"), "{answer:?}");
    assert!(IDENTITY.iter().all(|name| !challenge.contains(name)), "{answer:?}");
}

#[test]
fn nginx() {
    a_gateway_lets_in_nobody_else(GatewayProgram::Nginx);
}

#[test]
fn a_newer_nginx() {
    a_gateway_lets_in_nobody_else(GatewayProgram::NewerNginx);
}

#[test]
fn haproxy() {
    a_gateway_lets_in_nobody_else(GatewayProgram::HaProxy);
}

#[test]
fn caddy() {
    a_gateway_lets_in_nobody_else(GatewayProgram::Caddy);
}

#[test]
fn a_newer_caddy() {
    a_gateway_lets_in_nobody_else(GatewayProgram::NewerCaddy);
}

#[test]
fn traefik() {
    a_gateway_lets_in_nobody_else(GatewayProgram::Traefik);
}

#[test]
fn envoy() {
    a_gateway_lets_in_nobody_else(GatewayProgram::Envoy);
}
