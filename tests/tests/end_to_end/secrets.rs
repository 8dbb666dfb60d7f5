//! Master secrets: a new one takes over while the old one still verifies, and then the old one can go.

use roster_tests::{
    ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, Finished, Roster, Service, assert_in_time, within_a_second,
};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::commands::complains;
use crate::keys::{published, signer};

const NEW: &str = "Y2FuYXJ5LXRoZS1uZXctbWFzdGVyLXNlY3JldC0wMDAwMQ==";
const STRANGE: &str = "Y2FuYXJ5LXNvbWVib2R5LWVsc2UncyBzZWNyZXQtMDAwMg==";

/// The secret with which the service was first started.
fn old(service: &Service) -> String {
    service.master_secret()
}

fn both(service: &Service) -> String {
    format!("{NEW},{}", old(service))
}

fn status(service: &Service, secrets: &str) -> Finished {
    service.command(["secret", "status", "--json"]).with("ROSTER_SECRET", secrets).succeed()
}

/// What hangs on each secret: passwords and signing keys, the secret in use first.
fn hanging(service: &Service, secrets: &str) -> Vec<(i64, i64)> {
    let told = status(service, secrets).json();
    let count = |row: &Value, member: &str| row[member].as_i64().unwrap();
    told["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (count(row, "passwords"), count(row, "signing_keys")))
        .collect()
}

fn serving(service: &Service, secrets: &str) -> Roster {
    service
        .command(["serve"])
        .with("ROSTER_LISTEN", "127.0.0.1:0")
        .with("ROSTER_LOG", "error")
        .with("ROSTER_SECRET", secrets)
}

fn file(folder: &Path, content: &str, mode: u32) -> PathBuf {
    let path = folder.join("kept-secret");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_new_secret_takes_over_and_the_old_one_can_go() {
    let mut service = Service::start();
    let user = service.user("tech");
    let secrets = both(&service);
    assert_eq!(hanging(&service, &old(&service)), [(2, 1)]);
    service.terminate();
    service.restart_with("ROSTER_SECRET", &secrets);
    // Keys are sealed anew at the start; passwords only when their owners type them.
    assert_eq!(hanging(&service, &secrets), [(0, 1), (2, 0)]);
    user.get("/user").expect(200);
    let user = service.refreshed(&user);
    service.sign_in(&user.email, &user.password);
    assert_eq!(hanging(&service, &secrets), [(1, 1), (1, 0)]);
    service.sign_in(&user.email, &user.password);
    service.administrator();
    assert_eq!(hanging(&service, &secrets), [(2, 1), (0, 0)]);
    service.terminate();
    service.restart_with("ROSTER_SECRET", NEW);
    assert_eq!(hanging(&service, NEW), [(2, 1)], "the old one is forgotten");
    service.sign_in(&user.email, &user.password);
    service.administrator().get("/users").expect(200);
    user.get("/user").expect(200);
    service.refreshed(&user);
    service.terminate();
    complains(&serving(&service, &old(&service)).run(), 2);
}

#[test]
fn an_old_password_is_still_the_only_right_one() {
    let mut service = Service::start();
    let user = service.user("tech");
    let secrets = both(&service);
    service.terminate();
    service.restart_with("ROSTER_SECRET", &secrets);
    service.try_password(&user.email, "canary-wrong-password").expect(400);
    assert_eq!(hanging(&service, &secrets), [(0, 1), (2, 0)], "a wrong one moves nothing");
    let change = json!({ "oldPassword": user.password, "newPassword": "canary-a-newly-chosen-one" });
    user.put("/user/password", change).expect(200);
    assert_eq!(hanging(&service, &secrets), [(1, 1), (1, 0)], "what is chosen now hangs on the new one");
    service.try_password(&user.email, "canary-a-newly-chosen-one").expect(200);
}

#[test]
fn what_hangs_on_a_secret_that_is_gone_is_told() {
    let mut service = Service::start();
    let secrets = both(&service);
    service.terminate();
    service.restart_with("ROSTER_SECRET", &secrets);
    service.terminate();
    // Too early: nobody signed in since.
    service.restart_with("ROSTER_SECRET", NEW);
    let warned = |event: &Value| event["level"] == "WARN" && event["secret"].is_string();
    assert!(service.log().events().iter().any(warned), "{:#?}", service.log().lines());
    let told = status(&service, NEW).json();
    let lost = &told["secrets"][1];
    assert_eq!(
        (&lost["given"], &lost["in_use"], &lost["passwords"]),
        (&json!(false), &json!(false), &json!(1))
    );
    service.try_password(ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD).expect(400);
    let text = service.command(["secret", "status"]).with("ROSTER_SECRET", NEW).succeed().stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("in use") && lines[1].contains("NOT GIVEN"), "{text}");
    // Given again, it verifies again.
    service.terminate();
    service.restart_with("ROSTER_SECRET", &secrets);
    service.administrator();
}

#[test]
fn the_status_has_these_members_and_no_secret() {
    let service = Service::start();
    let secrets = both(&service);
    let finished = status(&service, &secrets);
    let told = finished.json();
    assert_eq!(told["passwords_without"], 0);
    assert_eq!(told.as_object().unwrap().len(), 2);
    let rows = told["secrets"].as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(
        rows[..],
        [
            json!({ "id": ids[0], "given": true, "in_use": true, "passwords": 0, "signing_keys": 0 }),
            json!({ "id": ids[1], "given": true, "in_use": false, "passwords": 1, "signing_keys": 1 }),
        ]
    );
    let text = service.command(["secret", "status"]).with("ROSTER_SECRET", &secrets).succeed().stdout;
    let expected = format!(
        "{} (in use): 0 passwords, 0 signing keys\n{} (older, still given): 1 passwords, 1 signing keys\n",
        ids[0], ids[1]
    );
    assert_eq!(text, expected);
    for printed in [finished.stdout, text] {
        assert!(!printed.contains(NEW) && !printed.contains(&old(&service)), "{printed}");
    }
}

#[test]
fn a_key_that_the_service_cannot_open_keeps_no_stolen_one_in_use() {
    let service = Service::start();
    let user = service.user("tech");
    let secrets = both(&service);
    let run = |arguments: &[&str]| {
        service.command(arguments.iter().copied()).with("ROSTER_SECRET", &secrets).succeed()
    };
    // Whoever runs this knows a secret already that the service does not.
    run(&["keys", "rotate"]);
    run(&["keys", "revoke", &signer(&user)]);
    within_a_second("the end of the stolen key", || user.get("/user").status == 401);
    within_a_second("the key set without it", || !published(&service).contains(&signer(&user)));
}

#[test]
fn an_old_secret_on_which_nothing_hangs_can_be_dropped_and_that_is_told() {
    let mut service = Service::start();
    let secrets = both(&service);
    service.terminate();
    service.restart_with("ROSTER_SECRET", &secrets);
    service.administrator();
    let text = service.command(["secret", "status"]).with("ROSTER_SECRET", &secrets).succeed().stdout;
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("0 passwords, 0 signing keys: it can be dropped"), "{text}");
}

#[test]
fn a_strangers_secret_ends_the_start_within_two_seconds() {
    let service = Service::start();
    service.terminate();
    let start = Instant::now();
    let line = complains(&serving(&service, STRANGE).run(), 2);
    assert_in_time(Duration::from_secs(2), start.elapsed());
    assert!(line.contains("ROSTER_SECRET") && !line.contains(STRANGE) && !line.contains("canary"), "{line}");
    for command in [&["secret", "status"][..], &["keys", "list"], &["keys", "rotate"], &["client", "list"]] {
        complains(&service.command(command).with("ROSTER_SECRET", STRANGE).run(), 2);
    }
    let two = format!("{STRANGE},{NEW}");
    complains(&serving(&service, &two).run(), 2);
    let rows = "SELECT count(*) AS value FROM master_secrets";
    assert_eq!(service.database().count(rows), 1, "nobody's secret was taken for ours");
}

#[test]
fn each_of_several_secrets_must_be_strong() {
    let service = Service::start();
    service.terminate();
    for weak in ["Y2FuYXJ5", "canary!", ""] {
        for secrets in [format!("{weak},{}", old(&service)), format!("{},{weak}", old(&service))] {
            let line = complains(&serving(&service, &secrets).run(), 2);
            assert!(line.contains("ROSTER_SECRET") && !line.contains(&old(&service)), "{line}");
            assert!(!line.contains("canary") && !line.contains("Y2Fu"), "{line}");
        }
    }
}

#[test]
fn secrets_come_from_a_file_that_its_owner_alone_may_read() {
    let mut service = Service::start();
    let user = service.user("tech");
    let secrets = both(&service);
    let folder = tempfile::tempdir().unwrap();
    service.terminate();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o606] {
        let path = file(folder.path(), &secrets, mode);
        let run = serving(&service, NEW).without("ROSTER_SECRET").with("ROSTER_SECRET_FILE", &path);
        let line = complains(&run.run(), 2);
        assert!(line.contains("ROSTER_SECRET_FILE") && !line.contains(NEW), "{mode:o}: {line}");
    }
    let path = file(folder.path(), &format!("{secrets}\n"), 0o600);
    let line = complains(&serving(&service, NEW).with("ROSTER_SECRET_FILE", &path).run(), 2);
    assert!(line.contains("ROSTER_SECRET"), "one place, not two: {line}");
    service.restart_with_secret_file(&path);
    service.sign_in(&user.email, &user.password);
    let status = service.command(["secret", "status", "--json"]).without("ROSTER_SECRET");
    let told = status.with("ROSTER_SECRET_FILE", &path).succeed().json();
    assert_eq!(told["secrets"][0]["signing_keys"], 1, "the first of the file is in use");
}
