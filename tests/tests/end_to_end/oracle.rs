//! No secret is ever written down where others read: not in logs at their most talkative, not in the database.

use base64::Engine as _;
use roster_tests::{ADMINISTRATOR_PASSWORD, Body, RawSocket, Service};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Everything that must stay secret, with a name for messages.
type Canaries = Vec<(&'static str, String)>;

/// Uses everything that deals with secrets, rightly and wrongly, and collects what was secret about it.
fn use_everything(service: &Service) -> Canaries {
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let client = service.register_client("backend", &["--trusted"]);
    let acting = service.act_as(&client, &["users:get"]);
    let refreshed = service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
    let text = |member: &str| refreshed[member].as_str().unwrap().to_owned();
    let new = "canary-the-new-password";
    let wrong = "canary-the-wrong-password";
    let change = |old: &str| json!({ "oldPassword": old, "newPassword": new });
    user.put("/user/password", change(wrong)).expect(422);
    user.put("/user/password", change(&user.password)).expect(200);
    service.try_password(&user.email, wrong).expect(400);
    service.try_password("nobody@example.com", wrong).expect(400);
    service.try_refresh("canary-no-refresh-token").expect(400);
    // The replay of a used token is where a log would be tempted to say which.
    service.try_refresh(user.refresh_token.as_deref().unwrap());
    let own = format!("/users/{}", administrator.id);
    let address = json!({ "email": "moved@example.com", "currentPassword": ADMINISTRATOR_PASSWORD });
    administrator.patch(&own, address).expect(200);
    administrator.patch(&own, json!({ "plainPassword": "canary-unknown-member" })).expect(400);
    acting.get("/users").expect(200);
    let wrong_client =
        roster_tests::ClientCredentials { secret: "canary-wrong-client-secret".to_owned(), ..client.clone() };
    service.ask_as(&wrong_client, &[("grant_type", "client_credentials")]).expect(401);
    let nobody = service.nobody();
    nobody.with_token("canary.bearer.token").get("/user").expect(401);
    nobody.get("/user?access_token=canary-token-in-the-query");
    nobody.send(
        "POST",
        "/oauth/token",
        &[],
        &Body::Bytes("application/json", b"{\"password\":\"canary-broken".to_vec()),
    );
    vec![
        ("the administrator's password", ADMINISTRATOR_PASSWORD.to_owned()),
        ("a user's password", user.password.clone()),
        ("a new password", new.to_owned()),
        ("a wrong password", wrong.to_owned()),
        ("any canary", "canary".to_owned()),
        ("an access token", user.token.clone()),
        ("the signature of an access token", user.token.rsplit('.').next().unwrap().to_owned()),
        ("a refreshed access token", text("access_token")),
        ("a client's access token", acting.token.clone()),
        ("a refresh token", user.refresh_token.clone().unwrap()),
        ("a refreshed refresh token", text("refresh_token")),
        ("a client's secret", client.secret.clone()),
        ("the master secret", fs::read_to_string(service.data().join("secret")).unwrap().trim().to_owned()),
    ]
}

/// Whether the needle occurs, as it is or as base64 or hex would write it.
pub(crate) fn occurs(haystack: &[u8], needle: &str) -> bool {
    let hex: String = needle.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD.encode(needle);
    // The last signs depend on what follows the text.
    let base64 = base64.get(..base64.len() - 2).unwrap_or(&base64);
    [needle, &hex, base64]
        .iter()
        .any(|form| haystack.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[test]
fn no_secret_reaches_the_log_at_its_most_talkative() {
    let service = Service::options().with("ROSTER_LOG", "trace").start();
    let canaries = use_everything(&service);
    service.terminate();
    let log = service.log().lines().join("\n");
    assert!(log.len() > 10_000, "the log is talkative");
    for (what, secret) in canaries {
        assert!(!occurs(log.as_bytes(), &secret), "{what} is in the log");
    }
}

#[test]
fn no_secret_lies_in_the_database() {
    let service = Service::start();
    let canaries = use_everything(&service);
    let mut files = Vec::new();
    for name in ["roster.db", "roster.db-wal"] {
        files.push((name, fs::read(service.data().join(name)).unwrap_or_default()));
    }
    service.terminate();
    files.push(("roster.db after the end", fs::read(service.database_file()).unwrap()));
    assert!(
        files.iter().any(|(_, bytes)| occurs(bytes, "moved@example.com")),
        "the search finds what is there"
    );
    for (name, bytes) in &files {
        for (what, secret) in &canaries {
            assert!(!occurs(bytes, secret), "{what} is in {name}");
        }
    }
}

#[test]
fn whatever_is_sent_a_log_line_is_one_json_object() {
    let service = Service::options().with("ROSTER_LOG", "trace").start();
    let administrator = service.administrator();
    let evil = "a\u{1b}[31m\"}\u{2028}\u{85}{\"level\":\"FORGED\"";
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
    let lines = service.log().lines();
    assert!(!lines.is_empty());
    for line in lines {
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(event.is_object() && event["level"] != "FORGED", "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn errors_tell_nothing_of_the_inside() {
    let service = Service::start();
    let administrator = service.administrator();
    let answers = [
        administrator.get("/nowhere"),
        administrator.get("/users?cursor=x"),
        administrator.get("/users/x"),
        administrator.post("/users", json!({ "roles": 1 })),
        administrator.post("/users", json!([])),
        administrator.put("/users", json!({})),
        administrator.get("/pictures/x"),
        service.try_password("x", "y"),
    ];
    for answer in answers {
        let text = answer.text().to_lowercase();
        for word in
            ["sql", "select", "panicked", ".rs", "diesel", "actix", "serde", "thread", "/src/", "roster.db"]
        {
            assert!(!text.contains(word), "{word}: {answer}");
        }
        assert!(answer.header("server").is_none(), "{answer}");
    }
}
