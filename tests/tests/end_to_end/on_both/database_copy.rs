//! `db copy` from a file to a server and back, with services on both, and `db backup` from a server.

use roster_tests::{Actor, Database, Picture, Roster, ServerDatabase, Service, ServiceOptions, data_folder};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

use crate::commands::complains;
use crate::on_sqlite::backup::{back_up, upload};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// A strong secret that nothing was used with.
const STRANGE_SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// How a service runs on a server, with the master secret of this data folder.
fn service_on(server: &ServerDatabase, secret_of: &Path) -> ServiceOptions {
    let secret = fs::read_to_string(secret_of.join("secret")).unwrap();
    Service::options().with("ROSTER_DATABASE_URL", server.url()).with("ROSTER_SECRET", secret.trim())
}

fn file_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn copy(from: &str, to: &str) -> Roster {
    Roster::new(["db", "copy", "--json", from, to]).on(Path::new("/nowhere"))
}

#[track_caller]
fn assert_same(told: &Value) {
    assert_eq!(told["same"], true, "{told}");
    for table in told["tables"].as_array().unwrap() {
        assert_eq!(table["from"], table["to"], "{table}");
    }
}

/// Who was there before finds everything as it was.
fn assert_goes_on(service: &Service, person: &Actor, path: &str, bytes: &[u8]) {
    let before = service.nobody().with_token(&person.token);
    before.get("/user").expect(200);
    service.try_refresh(person.refresh_token.as_ref().unwrap()).expect(200);
    let again = service.sign_in(&person.email, &person.password);
    let facilities = again.get("/user/facilities").expect(200);
    assert_eq!(facilities["data"][0]["actions"], json!(["open"]), "{facilities}");
    assert_eq!(service.nobody().get(path).expect_status(200).body, bytes);
}

#[test]
fn whoever_was_there_goes_on_after_a_move_to_a_server_and_back() {
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "3600").start();
    let administrator = service.administrator();
    let people: Vec<Actor> = (0..2).map(|_| service.user_made_by(&administrator, "tech")).collect();
    for person in &people {
        administrator.give(&person.id, FACILITY, &["open"]);
    }
    let path = upload(&people[0], Picture::jpeg(40, 30));
    let bytes = service.nobody().get(&path).body;
    service.end_in_one_file();

    let server = ServerDatabase::empty();
    let moved = copy(&file_url(&service.database_file()), server.url()).succeed();
    assert_same(&moved.json());
    assert!(moved.stderr.contains("users: "), "{moved:?}");
    let there = service_on(&server, &service.data()).start();
    assert_goes_on(&there, &people[0], &path, &bytes);
    there.command(["db", "check"]).with("ROSTER_DATABASE_URL", server.url()).succeed();
    assert!(there.terminate().success());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.db");
    assert_same(&copy(server.url(), &file_url(&file)).succeed().json());
    let back = Service::options().on_restored(&file, &service.data().join("secret")).start();
    assert_goes_on(&back, &people[1], &path, &bytes);
    assert_eq!(back.database().count("SELECT count(*) AS value FROM pictures"), 0, "they moved");
    back.database().assert_sound();
}

#[test]
fn a_backup_of_a_server_is_restored_by_putting_it_in_place() {
    let server = ServerDatabase::empty();
    let folder = data_folder();
    let data = folder.path().join("data");
    copy(&file_url(&data.join("roster.db")), server.url()).succeed();
    let service = service_on(&server, &data).with("ROSTER_ACCESS_TOKEN_TTL", "3600").start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    administrator.give(&person.id, FACILITY, &["open"]);
    let path = upload(&person, Picture::jpeg(40, 30));
    let bytes = service.nobody().get(&path).body;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    let finished = service
        .command(["db", "backup", "--json", file.to_str().unwrap()])
        .with("ROSTER_DATABASE_URL", server.url())
        .succeed();
    let told = finished.json();
    assert_eq!(finished.stderr, "", "{finished:?}");
    assert_eq!((&told["users"], &told["pictures"]), (&json!(2), &json!(1)));
    assert_eq!(told["bytes"], json!(fs::metadata(&file).unwrap().len()));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    Database::open(&file).assert_sound();
    service.kill();
    let restored = Service::options().on_restored(&file, &data.join("secret")).start();
    assert_goes_on(&restored, &person, &path, &bytes);
}

#[test]
fn one_of_the_two_can_be_the_configured_database() {
    let (server, service) = (ServerDatabase::empty(), Service::start());
    service.end_in_one_file();
    let from = file_url(&service.database_file());
    let copying = copy(&from, "configured").with("ROSTER_DATABASE_URL", server.url());
    assert_same(&copying.succeed().json());
    let folder = tempfile::tempdir().unwrap();
    let copying = copy("configured", &file_url(&folder.path().join("copy.db")));
    assert_same(&copying.with("ROSTER_DATABASE_URL", server.url()).succeed().json());
    complains(&copy("configured", "configured").run(), 2);
    for url in ["postgres://a:canary@127.0.0.1/a", "postgres://127.0.0.1/a?password=canary"] {
        for (from, to) in [(url, "configured"), ("configured", url)] {
            let refused = copy(from, to).run();
            complains(&refused, 2);
            assert!(!refused.stderr.contains("canary"), "{refused:?}");
        }
    }
}

#[test]
fn what_is_in_use_is_not_copied_to() {
    let (server, service) = (ServerDatabase::empty(), Service::start());
    service.end_in_one_file();
    let from = file_url(&service.database_file());
    copy(&from, server.url()).succeed();
    let refused = copy(&from, server.url()).run();
    complains(&refused, 1);
    assert!(refused.stderr.contains("the target is not empty: it has rows in users"), "{refused:?}");
}

#[test]
fn nothing_is_copied_under_a_master_secret_that_the_source_does_not_know() {
    let service = Service::start();
    service.end_in_one_file();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let (from, to) = (file_url(&service.database_file()), file_url(&file));
    let refused = copy(&from, &to).with("ROSTER_SECRET", STRANGE_SECRET).run();
    complains(&refused, 2);
    assert!(refused.stderr.contains("master secret"), "{refused:?}");
    assert!(!file.exists());
    let secret = fs::read_to_string(service.data().join("secret")).unwrap();
    assert_same(&copy(&from, &to).with("ROSTER_SECRET", secret.trim()).succeed().json());
}

#[test]
fn a_service_does_not_start_on_half_a_copy() {
    let (server, service) = (ServerDatabase::empty(), Service::start());
    service.end_in_one_file();
    copy(&file_url(&service.database_file()), server.url()).succeed();
    server.sql().run(
        "CREATE TABLE unfinished_copy (source TEXT NOT NULL); INSERT INTO unfinished_copy VALUES ('another')",
    );
    let serving = Roster::new(["serve"])
        .with("ROSTER_DATABASE_URL", server.url())
        .with("ROSTER_SECRET", STRANGE_SECRET)
        .with("ROSTER_PUBLIC_URL", "https://roster.test")
        .with("ROSTER_LISTEN", "127.0.0.1:0")
        .with("ROSTER_LOG", "error");
    let refused = serving.run();
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("holds an unfinished copy"), "{refused:?}");
    let refused = copy(&file_url(&service.database_file()), server.url()).run();
    complains(&refused, 1);
    assert!(refused.stderr.contains("begin anew with an empty one"), "{refused:?}");
}

#[test]
fn a_picture_that_is_not_kept_makes_no_copy() {
    let service = Service::start();
    let person = service.user("tech");
    upload(&person, Picture::jpeg(40, 30));
    let folder = tempfile::tempdir().unwrap();
    back_up(&service, &folder.path().join("backup"));
    service.end_in_one_file();
    fs::rename(service.data().join("pictures"), service.data().join("elsewhere")).unwrap();
    let (from, to) = (file_url(&service.database_file()), file_url(&folder.path().join("copy.db")));
    let refused = copy(&from, &to).run();
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("somebody has the picture"), "{refused:?}");
    let place = format!("dir:{}", service.data().join("elsewhere").display());
    assert_same(&copy(&from, &to).with("ROSTER_PICTURES", place).succeed().json());
}
