//! `roster client …`: what is listed, what is printed once, and what is refused.

use roster_tests::{CLIENT, Service};
use serde_json::{Value, json};

use crate::commands::complains;

fn create(service: &Service, id: &str, flags: &[&str]) -> Value {
    let arguments = ["client", "create", "--json", "--id", id, "--scope", "users:get profile:get"];
    service.command(arguments.iter().chain(flags)).succeed().json()
}

fn listed(service: &Service) -> Vec<Value> {
    let finished = service.command(["client", "list", "--json"]).succeed();
    finished.json().as_array().unwrap().clone()
}

fn run(service: &Service, what: &str, id: &str) -> roster_tests::Finished {
    service.command(["client", what, "--id", id]).run()
}

#[test]
fn clients_are_listed_in_order_with_these_members_and_no_secret() {
    let service = Service::start();
    let secret =
        create(&service, "backend", &["--grant", "client_credentials", "--trusted"])["client_secret"].clone();
    create(&service, "app", &["--grant", "password", "--grant", "refresh_token", "--public"]);
    run(&service, "disable", "app");
    let listed = listed(&service);
    let ids: Vec<&str> = listed.iter().map(|client| client["client_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["app", "backend", CLIENT]);
    for client in &listed {
        assert!(client["created_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{client}");
    }
    let without_time = |client: &Value| {
        let mut client = client.clone();
        client.as_object_mut().unwrap().remove("created_at");
        client
    };
    assert_eq!(
        without_time(&listed[0]),
        json!({
            "client_id": "app", "public": true, "trusted": false, "grants": ["password", "refresh_token"],
            "scopes": ["users:get", "profile:get"], "disabled": true,
        })
    );
    assert_eq!(
        without_time(&listed[1]),
        json!({
            "client_id": "backend", "public": false, "trusted": true, "grants": ["client_credentials"],
            "scopes": ["users:get", "profile:get"], "disabled": false,
        })
    );
    let text = service.command(["client", "list"]).succeed().stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("app: public, DISABLED; grants password refresh_token;"), "{text}");
    assert!(lines[1].starts_with("backend: confidential, trusted; grants client_credentials;"), "{text}");
    let secret = secret.as_str().unwrap();
    assert!(!text.contains(secret) && !json!(listed).to_string().contains(secret));
}

#[test]
fn a_status_that_holds_already_is_no_event() {
    let service = Service::start();
    create(&service, "app", &["--grant", "password", "--public"]);
    for (what, disabled) in [("enable", false), ("disable", true), ("disable", true), ("enable", false)] {
        let printed = service.command(["client", what, "--json", "--id", "app"]).succeed().json();
        assert_eq!(printed, json!({ "client_id": "app", "disabled": disabled }));
        assert_eq!(listed(&service)[0]["disabled"], disabled);
    }
    let events = service.database().events_about("app");
    assert_eq!(events, ["client.created", "client.disabled", "client.enabled"]);
}

#[test]
fn a_new_secret_is_printed_once_and_kept_nowhere() {
    let service = Service::start();
    create(&service, "backend", &["--grant", "client_credentials"]);
    let finished = run(&service, "rotate-secret", "backend");
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{finished:?}");
    let secret = finished.stdout.lines().last().unwrap().strip_prefix("client_secret: ").unwrap();
    assert!(secret.len() >= 43, "{finished:?}");
    let stored = service.stored();
    let found = |needle: &str| {
        stored.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
    };
    assert!(found("backend"), "the search finds what is there");
    assert!(!found(secret));
    assert_eq!(service.database().events_about("backend"), ["client.created", "client.secret_rotated"]);
}

#[test]
fn a_public_client_gets_no_secret() {
    let service = Service::start();
    let line = complains(&run(&service, "rotate-secret", CLIENT), 1);
    assert!(line.contains("public"), "{line}");
    assert_eq!(service.database().events_about(CLIENT), ["client.created"]);
    service.administrator();
}

#[test]
fn a_client_that_is_not_there_is_named() {
    let service = Service::start();
    for what in ["disable", "enable", "rotate-secret", "delete"] {
        let line = complains(&run(&service, what, "nobody"), 1);
        assert!(line.contains("nobody"), "{what}: {line}");
        complains(&run(&service, what, "no id at all"), 2);
        complains(&run(&service, what, ""), 2);
        complains(&service.command(["client", what]).run(), 2);
    }
    assert_eq!(listed(&service).len(), 1);
}

#[test]
fn a_deleted_client_is_gone_and_its_name_is_free() {
    let service = Service::start();
    create(&service, "backend", &["--grant", "client_credentials"]);
    let printed = service.command(["client", "delete", "--json", "--id", "backend"]).succeed().json();
    assert_eq!(printed, json!({ "client_id": "backend", "deleted": true }));
    assert_eq!(listed(&service).len(), 1);
    complains(&run(&service, "delete", "backend"), 1);
    create(&service, "backend", &["--grant", "password", "--public"]);
    assert_eq!(listed(&service)[0]["public"], true);
}

#[test]
fn a_client_can_be_managed_before_anything_is_served() {
    let home = roster_tests::Home::empty();
    let run = |arguments: &[&str]| home.command(arguments.iter().copied()).succeed();
    assert_eq!(run(&["client", "list", "--json"]).json(), json!([]));
    assert_eq!(run(&["client", "list"]).stdout, "there is no client\n");
    run(&["client", "create", "--id", "app", "--public", "--grant", "password", "--scope", "users:get"]);
    assert_eq!(run(&["client", "list", "--json"]).json()[0]["client_id"], "app");
}
