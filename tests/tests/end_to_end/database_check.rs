//! `db check`: what it finds in rows.

use roster_tests::{Actor, Picture, Service};
use serde_json::{Value, json};

use crate::pictures::{path, upload};

/// What a check prints for programs, and its exit code.
pub(crate) fn check(service: &Service) -> (Value, i32) {
    let finished = service.command(["db", "check", "--json"]).run();
    (
        serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}")),
        finished.code,
    )
}

/// The one thing that is wrong.
#[track_caller]
pub(crate) fn wrong(service: &Service) -> String {
    let (told, code) = check(service);
    let wrong = told["wrong"].as_array().unwrap();
    assert_eq!((code, told["whole"].clone(), wrong.len()), (1, json!(false), 1), "{told}");
    wrong[0].as_str().unwrap().to_owned()
}

/// A service with somebody in every table that a check reads.
pub(crate) fn lived_in() -> (Service, Actor, String) {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let picture = path(&upload(&person, Picture::jpeg(40, 30)));
    administrator.give(&person.id, "16f0cbe3-bc75-45ea-9168-52e52c941ada", &["open"]);
    service.register_client("backend", &[]);
    service.try_password(&person.email, "canary-wrong-password").expect(400);
    (service, person, picture)
}

#[test]
fn a_service_that_runs_is_whole() {
    let (service, _, _) = lived_in();
    let finished = service.command(["db", "check"]).succeed();
    assert!(
        finished.stdout.starts_with("everything is whole: ") && finished.stderr.is_empty(),
        "{finished:?}"
    );
    assert_eq!(finished.stdout.lines().count(), 1);
    let (told, code) = check(&service);
    assert_eq!((code, &told["whole"], &told["wrong"]), (0, &json!(true), &json!([])));
    assert_eq!((&told["rows"]["users"], &told["pictures"]), (&json!(2), &json!(1)));
    let tables = service.database().tables();
    let is_unread = |table: &&String| told["rows"].get(table.as_str()).is_none();
    let of_events = ["event_numbering", "fresh_events", "sqlite_sequence"];
    let is_of_events = |table: &&String| of_events.contains(&table.as_str());
    let unread: Vec<&String> = tables.iter().filter(is_unread).filter(|table| !is_of_events(table)).collect();
    assert_eq!(unread, ["__diesel_schema_migrations", "schema_release"]);
}

#[test]
fn each_row_that_stands_for_nothing_is_named_with_its_key() {
    let (service, person, _) = lived_in();
    let person = person.id.as_str();
    let zeros = "00000000-0000-0000-0000-000000000000";
    service.damage(
        "INSERT INTO doomed_pictures VALUES (zeroblob(32), 1);
         INSERT INTO kept_outcomes SELECT zeroblob(16), zeroblob(16), id, NULL, id, 1, '' FROM users LIMIT 1;
         INSERT INTO pictures VALUES (zeroblob(32), 9, zeroblob(1));",
    );
    let broken = [
        ("users", "locale", "'?'", person),
        ("sign_in_statistics", "last_at", "9223372036854775807", person),
        ("credentials", "chosen_by", "9", person),
        ("facility_access", "actions", "'a  b'", person),
        ("clients", "scopes", "1048576", "backend"),
        ("sessions", "scopes", "1048576", ""),
        ("refresh_tokens", "expires_at", "9223372036854775807", "of "),
        ("login_attempts", "at", "", zeros),
        ("signing_keys", "algorithm", "'HS256'", ""),
        ("doomed_pictures", "format", "9", "0000"),
        ("pictures", "format", "9", "0000"),
        ("kept_outcomes", "outcome", "'?'", zeros),
        ("events", "data", "'no JSON'", "1:"),
    ];
    for (table, column, value, _) in broken.iter().filter(|(table, ..)| *table != "login_attempts") {
        service.damage(&format!("UPDATE {table} SET {column} = {value};"));
    }
    service.damage("INSERT INTO login_attempts VALUES (zeroblob(16), 9223372036854775807, zeroblob(16));");
    let (told, code) = check(&service);
    assert_eq!(code, 1);
    for (table, column, _, key) in broken {
        let is_named = |line: &Value| {
            let line = line.as_str().unwrap();
            line.starts_with(&format!("{table} {key}"))
                && line.ends_with(&format!("{column} stands for nothing"))
        };
        assert!(told["wrong"].as_array().unwrap().iter().any(is_named), "{table}: {told}");
    }
}

#[test]
fn a_secret_that_is_not_on_record_is_told() {
    let (service, _, _) = lived_in();
    service.damage("UPDATE signing_keys SET sealed_under = '0a1b2c3d';");
    assert!(wrong(&service).contains("hang on the master secret 0a1b2c3d"));
}
