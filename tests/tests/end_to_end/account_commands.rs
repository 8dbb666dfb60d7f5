//! `roster admin create` and `roster user set-password`: whom they mend, and that they touch nobody else.

use roster_tests::{ADMINISTRATOR_EMAIL, Finished, Service};
use serde_json::{Value, json};

use crate::commands::complains;

const TABLES: [&str; 6] = ["users", "credentials", "sessions", "facility_access", "clients", "signing_keys"];

fn create(service: &Service, email: &str, password: &str) -> Finished {
    let names = ["--first-name", "Other", "--last-name", "Name"];
    let arguments = ["admin", "create", "--json", "--email", email].into_iter().chain(names);
    service.command(arguments).reading(password).run()
}

fn set_password(service: &Service, email: &str, password: &str) -> Finished {
    service.command(["user", "set-password", "--json", "--email", email]).reading(password).run()
}

/// Every row of the tables that is not about this person, as text.
fn all_but(service: &Service, person: &str) -> Vec<String> {
    let mut database = service.database();
    let hex = person.replace('-', "");
    let mut rows = Vec::new();
    for table in TABLES {
        let others = database.rows(table).into_iter().map(|row| format!("{table} {row}"));
        rows.extend(others.filter(|row| !row.to_lowercase().contains(&hex)));
    }
    rows
}

#[test]
fn an_administrator_made_twice_is_mended_and_nobody_else_is_touched() {
    let service = Service::start();
    let administrator = service.administrator();
    let (broken, bystander) =
        (service.user_made_by(&administrator, "finance"), service.user_made_by(&administrator, "tech"));
    let path = format!("/users/{}", broken.id);
    administrator.give(&broken.id, "16f0cbe3-bc75-45ea-9168-52e52c941ada", &["doors:open"]);
    let change = json!({ "description": "kept", "jobTitle": "kept too", "disabled": true });
    administrator.patch(&path, change).expect(200);
    let before = administrator.get(&path).expect(200);
    let others = all_but(&service, &broken.id);
    assert!(others.len() > 5, "{others:?}");
    for round in 0..2 {
        let password = format!("canary-mended-again-{round}");
        let printed = create(&service, &broken.email.to_uppercase(), &password);
        let printed = (printed.code, printed.json());
        let expected = json!({ "id": broken.id, "email": broken.email, "outcome": "restored" });
        assert_eq!(printed, (0, expected));
        assert_eq!(all_but(&service, &broken.id), others, "nobody else is touched");
        let signed_in = service.sign_in(&broken.email, &password);
        let mut after = administrator.get(&path).expect(200);
        assert_eq!(
            (&after["roles"], &after["disabled"]),
            (&json!(["finance", "board"]), &json!(false)),
            "the role is given back, and the account enabled"
        );
        for member in ["roles", "disabled", "updatedAt", "lastLogin", "lastIp", "loginsCount"] {
            after[member] = before[member].clone();
        }
        assert_eq!(after, before, "names and all else stay");
        let access = signed_in.get("/user/facilities").expect(200);
        assert_eq!(access["data"][0]["actions"], json!(["doors:open"]));
    }
    service.refreshed(&bystander).get("/user").expect(200);
    administrator.get("/user").expect(200);
    service.database().assert_sound();
}

#[test]
fn an_administrator_who_lacks_nothing_gets_a_password_and_no_new_version() {
    let service = Service::start();
    let administrator = service.administrator();
    let version = |service: &Service| service.database().count("SELECT version AS value FROM users");
    let before = version(&service);
    assert_eq!(create(&service, ADMINISTRATOR_EMAIL, "canary-another-password").code, 0);
    assert_eq!(version(&service), before);
    let events = service.database().events_about(&administrator.id);
    assert_eq!(events, ["user.created", "session.started", "password.changed", "session.ended"]);
}

#[test]
fn a_password_is_set_for_one_person_alone() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let profile = administrator.get(&format!("/users/{}", user.id)).expect(200);
    let others = all_but(&service, &user.id);
    let finished = set_password(&service, &user.email.to_uppercase(), "canary-set-by-command");
    assert_eq!((finished.code, finished.json()), (0, json!({ "id": user.id, "email": user.email })));
    assert!(!finished.stdout.contains("canary"), "{finished:?}");
    assert_eq!(all_but(&service, &user.id), others);
    assert_eq!(administrator.get(&format!("/users/{}", user.id)).expect(200), profile, "no version is made");
    let text =
        service.command(["user", "set-password", "--email", &user.email]).reading("canary-set-once-more");
    let text = text.succeed().stdout;
    assert!(text.contains(&user.email) && !text.contains("canary"), "{text}");
    service.try_password(&user.email, "canary-set-by-command").expect(400);
    service.try_password(&user.email, "canary-set-once-more").expect(200);
}

#[test]
fn a_disabled_person_stays_disabled() {
    let service = Service::start();
    let user = service.user("tech");
    let path = format!("/users/{}", user.id);
    service.administrator().patch(&path, json!({ "disabled": true })).expect(200);
    assert_eq!(set_password(&service, &user.email, "canary-set-by-command").code, 0);
    service.try_password(&user.email, "canary-set-by-command").expect(400);
    assert_eq!(service.administrator().get(&path).expect(200)["disabled"], true);
}

#[test]
fn a_generated_password_signs_in_and_is_printed_once() {
    let service = Service::start();
    let user = service.user("tech");
    let arguments = ["user", "set-password", "--email", &user.email, "--generate-password"];
    let printed = service.command(arguments.into_iter().chain(["--json"])).succeed().json();
    let first = printed["password"].as_str().unwrap();
    assert_eq!(service.try_password(&user.email, first).expect(200)["need_password_change"], true);
    let text = service.command(arguments).succeed().stdout;
    let second = text.lines().last().unwrap().strip_prefix("password: ").unwrap();
    assert_ne!(first, second);
    service.try_password(&user.email, first).expect(400);
    service.try_password(&user.email, second).expect(200);
}

#[test]
fn nobody_has_no_password_to_set() {
    let service = Service::start();
    let line = complains(&set_password(&service, "nobody@example.com", "canary-set-by-command"), 1);
    assert!(!line.contains("canary"), "{line}");
    complains(&set_password(&service, "no address", "canary-set-by-command"), 2);
    assert_eq!(service.administrator().get("/users").expect(200)["total"], 1, "nobody was made");
}

#[test]
fn a_refused_password_changes_nothing() {
    let service = Service::start();
    let user = service.user("tech");
    for password in ["", "\n", "canary-short"] {
        let line = complains(&set_password(&service, &user.email, password), 1);
        assert!(!line.contains("canary"), "{line}");
    }
    user.get("/user").expect(200);
    service.try_password(&user.email, &user.password).expect(200);
}

#[test]
fn no_secret_is_taken_from_an_argument_or_repeated() {
    let service = Service::start();
    let user = service.user("tech");
    let secret = "canary-in-an-argument";
    let admin = ["admin", "create", "--email", "a@example.com", "--first-name", "A", "--last-name", "B"];
    let client = ["client", "create", "--id", "a", "--grant", "password", "--scope", "users:get"];
    let set = ["user", "set-password", "--email", &user.email];
    let rotate = ["client", "rotate-secret", "--id", "test-client"];
    for (command, flag) in [
        (&admin[..], "--password"),
        (&set, "--password"),
        (&client, "--secret"),
        (&client, "--client-secret"),
        (&rotate, "--secret"),
        (&["secret", "status"], "--secret"),
        (&["keys", "list"], "--secret"),
    ] {
        for given in [vec![flag.to_owned(), secret.to_owned()], vec![format!("{flag}={secret}")]] {
            let arguments = command.iter().map(|word| (*word).to_owned()).chain(given);
            let line = complains(&service.command(arguments).reading("canary-from-standard-input").run(), 2);
            assert!(!line.contains("canary"), "{line}");
        }
        let bare = command.iter().copied().chain([secret]);
        let line = complains(&service.command(bare).reading("canary-from-standard-input").run(), 2);
        assert!(!line.contains("canary"), "{line}");
    }
    service.try_password(&user.email, &user.password).expect(200);
    assert_eq!(service.database().texts("SELECT id AS value FROM clients"), ["test-client"]);
}

#[test]
fn what_is_printed_for_programs_is_one_line_of_json() {
    let service = Service::start();
    service.administrator();
    for command in
        ["keys list", "keys rotate", "secret status", "client list", "client disable --id test-client"]
    {
        let finished = service.command(command.split(' ').chain(["--json"])).succeed();
        assert_eq!((finished.stdout.lines().count(), finished.stderr.as_str()), (1, ""), "{finished:?}");
        assert!(finished.json().is_object() || finished.json().is_array());
        // For people it is something else.
        let text = service.command(command.split(' ')).succeed().stdout;
        assert!(serde_json::from_str::<Value>(&text).is_err() && !text.trim().is_empty(), "{text}");
    }
}
