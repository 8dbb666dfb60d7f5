//! The command line: exit codes, one-line errors, and commands beside a running service.

use roster_tests::{Finished, Home, Roster, Service};
use serde_json::{Value, json};
use std::net::TcpListener;

fn administrator(service: &Service, email: &str, password: &str) -> Finished {
    let arguments = ["admin", "create", "--email", email, "--first-name", "Ada", "--last-name", "Lovelace"];
    service.command(arguments).reading(password).run()
}

/// A complaint is one line on standard error, and nothing on standard output.
#[track_caller]
pub(crate) fn complains(finished: &Finished, code: i32) -> String {
    assert_eq!(finished.code, code, "{finished:?}");
    assert_eq!(finished.stdout, "", "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{finished:?}");
    lines[0].to_owned()
}

#[test]
fn every_command_has_help() {
    for command in [
        "",
        "serve",
        "db",
        "db migrate",
        "db backup",
        "db check",
        "db copy",
        "admin",
        "admin create",
        "client",
        "user",
        "user set-password",
        "access",
        "access why",
        "client create",
        "client list",
        "client disable",
        "client enable",
        "client rotate-secret",
        "client delete",
        "keys",
        "keys list",
        "keys rotate",
        "keys revoke",
        "keys import",
        "secret",
        "secret status",
        "openapi",
        "healthcheck",
        "config",
        "config check",
        "config show",
    ] {
        let arguments = command.split_whitespace().chain(["--help"]);
        let finished = Roster::new(arguments).succeed();
        assert!(finished.stdout.contains("Usage:") && finished.stderr.is_empty(), "{command}: {finished:?}");
    }
    assert!(Roster::new(["--version"]).succeed().stdout.starts_with("roster "));
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    for command in [
        "",
        "serv",
        "serve --nonsense",
        "serve extra",
        "admin create --email a@example.com",
        "admin create --email nobody --first-name A --last-name B",
        "client create --id a --grant nonsense --scope users:get",
        "client create --id a --grant authorization_code --scope users:get",
        "client create --id a --grant password --scope nonsense",
        "client create --id a --public --grant client_credentials --scope users:get",
        "client create --id a --trusted --grant password --scope users:get",
        "client create --grant password --scope users:get",
        "user",
        "user set-password",
        "user set-password --email nobody",
        "user set-password --email a@example.com extra",
        "access",
        "access why",
        "access why --user nobody --facility 16f0cbe3-bc75-45ea-9168-52e52c941ada --action a",
        "access why --user a@example.com --facility hall --action a",
        "access why --user a@example.com --facility 16f0cbe3-bc75-45ea-9168-52e52c941ada --action A",
        "access why --user a@example.com --facility 16f0cbe3-bc75-45ea-9168-52e52c941ada --action a --at 2999-01-01T00:00:00Z",
        "client list extra",
        "client disable",
        "client enable --id",
        "client rotate-secret app",
        "client delete --all",
        "keys",
        "keys list extra",
        "keys rotate --now",
        "keys revoke",
        "keys revoke a b",
        "keys import",
        "keys import /no/such/file",
        "secret",
        "secret status extra",
        "config",
        "db copy",
        "db copy configured",
        "db copy configured configured",
        "db copy a.db sqlite://b.db",
        "db backup",
        "db backup a b",
        "db check a",
    ] {
        let data = tempfile::tempdir().unwrap();
        let finished = Roster::new(command.split_whitespace())
            .on(data.path())
            .reading("canary-long-enough-password")
            .run();
        complains(&finished, 2);
    }
}

#[test]
fn an_administrator_is_made_and_restored() {
    let service = Service::start();
    let made = administrator(&service, "ada@example.com", "canary-analytical-engine\n");
    assert_eq!(made.code, 0, "{made:?}");
    assert!(!made.stdout.contains("canary") && !made.stderr.contains("canary"), "{made:?}");
    let ada = service.sign_in("ada@example.com", "canary-analytical-engine");
    assert_eq!(ada.get("/user").expect(200)["data"]["roles"], json!(["board"]));
    let change = json!({ "roles": ["tech"], "disabled": true });
    service.administrator().patch(&format!("/users/{}", ada.id), change).expect(200);
    assert_eq!(administrator(&service, "ADA@example.com", "canary-difference-engine").code, 0);
    roster_tests::eventually("the restored administrator", || {
        (service.try_password("ada@example.com", "canary-difference-engine").status == 200).then_some(())
    });
    service.try_password("ada@example.com", "canary-analytical-engine").expect(400);
    let again = service.sign_in("ada@example.com", "canary-difference-engine");
    assert_eq!(again.id, ada.id);
    assert_eq!(again.get("/user").expect(200)["data"]["roles"], json!(["tech", "board"]));
}

#[test]
fn a_new_database_has_nobody_in_it() {
    let home = Home::empty();
    home.command(["db", "migrate"]).succeed();
    let mut database = home.database();
    for table in ["users", "credentials", "clients", "sessions", "facility_access"] {
        assert_eq!(database.count(&format!("SELECT count(*) AS value FROM {table}")), 0, "{table}");
    }
}

#[test]
fn a_second_making_of_an_administrator_touches_nobody_else() {
    let service = Service::start();
    let other = service.user("tech");
    let before = service.database().contents();
    assert_eq!(administrator(&service, &other.email, "short").code, 1);
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    assert_eq!(administrator(&service, &other.email, "canary-analytical-engine").code, 0);
    assert_eq!(service.database().count("SELECT count(*) AS value FROM users"), 2);
    // The first one still has the password that they had.
    service.administrator().get("/user").expect(200);
    assert_eq!(service.sign_in(&other.email, "canary-analytical-engine").id, other.id);
}

#[test]
fn no_password_is_taken_from_an_argument() {
    let data = tempfile::tempdir().unwrap();
    let names = ["--email", "ada@example.com", "--first-name", "Ada", "--last-name", "Lovelace"];
    for flag in ["--password", "--plain-password", "-p"] {
        let run =
            Roster::new(["admin", "create"].into_iter().chain(names).chain([flag, "canary-engine-password"]));
        let line = complains(&run.on(data.path()).run(), 2);
        assert!(!line.contains("canary"), "{line}");
    }
}

#[test]
fn a_generated_password_is_printed_once() {
    let service = Service::start();
    let arguments =
        ["admin", "create", "--email", "gen@example.com", "--first-name", "G", "--last-name", "P"];
    let finished = service.command(arguments.into_iter().chain(["--generate-password", "--json"])).succeed();
    let printed: Value = serde_json::from_str(&finished.stdout).unwrap();
    service.sign_in("gen@example.com", printed["password"].as_str().unwrap());
}

#[test]
fn a_bad_password_makes_nobody() {
    let service = Service::start();
    for password in ["", "\n", "short\n", "passwordpassword", "ada@example.com"] {
        let line = complains(&administrator(&service, "ada@example.com", password), 1);
        assert!(password.trim().is_empty() || !line.contains(password.trim()), "{line}");
    }
    assert_eq!(service.administrator().get("/users").expect(200)["total"], 1);
}

#[test]
fn a_client_is_registered_once() {
    let service = Service::start();
    let credentials = service.register_client("backend", &[]);
    assert!(credentials.secret.len() >= 32);
    let arguments = ["client", "create", "--id", "backend", "--grant", "password", "--scope", "users:get"];
    assert!(complains(&service.command(arguments).run(), 1).contains("backend"));
    let public = [
        "client",
        "create",
        "--json",
        "--id",
        "app",
        "--grant",
        "password",
        "--scope",
        "users:get",
        "--public",
    ];
    let printed: Value = serde_json::from_str(&service.command(public).succeed().stdout).unwrap();
    assert_eq!(printed, json!({ "client_id": "app", "client_secret": null }));
}

#[test]
fn migrating_says_what_it_did() {
    let home = Home::empty();
    let migrate = || {
        let finished = home.command(["db", "migrate", "--json"]).succeed();
        serde_json::from_str::<Value>(&finished.stdout).unwrap()["applied"].as_array().unwrap().len()
    };
    assert!(migrate() > 0);
    assert_eq!(migrate(), 0);
}

#[test]
fn a_taken_port_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();
    let run =
        Roster::new(["serve"]).on(data.path()).with("ROSTER_LISTEN", &address).with("ROSTER_LOG", "error");
    let line = complains(&run.run(), 1);
    assert!(line.contains(&address), "{line}");
}

#[test]
fn health_is_asked_by_exit_code() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    complains(&Roster::new(["healthcheck"]).with("ROSTER_LISTEN", &address).run(), 1);
}

#[test]
fn a_strange_master_secret_ends_the_start() {
    let service = Service::start();
    service.kill();
    let strange = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let run = service.command(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error");
    let line = complains(&run.with("ROSTER_SECRET", strange).run(), 2);
    assert!(line.contains("ROSTER_SECRET") && !line.contains(strange), "{line}");
}

#[test]
fn a_signal_ends_the_service_well() {
    let mut service = Service::start();
    let user = service.user("tech");
    assert!(service.terminate().success());
    service.restart();
    user.get("/user").expect(200);
    service.database().assert_sound();
}
