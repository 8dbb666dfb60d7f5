//! What comes back when a backup is put in place: everything.

use roster_tests::{Actor, Database, Picture, Service, eventually};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

use super::backup::{back_up, upload};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// Where a backup of a service lies, until it is dropped.
fn backed_up(service: &Service) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    back_up(service, &file);
    (folder, file)
}

fn restored(service: &Service, file: &Path) -> Service {
    Service::options().on_restored(file, &service.data().join("secret")).start()
}

/// Every table but the pictures, with all of its rows.
fn all_rows(mut database: Database) -> Vec<(String, Vec<String>)> {
    let tables = database.tables().into_iter().filter(|table| table != "pictures");
    tables.map(|table| (table.clone(), database.rows(&table))).collect()
}

/// What the directory and the facility tell, whole.
fn told(administrator: &Actor) -> Vec<Value> {
    let users = administrator.get("/users?limit=100").expect(200);
    let ids = users["results"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned());
    let each: Vec<Value> = ids
        .flat_map(|id| [format!("/users/{id}"), format!("/users/{id}/facilities")])
        .map(|path| administrator.get(&path).expect(200))
        .collect();
    let access = administrator.get(&format!("/facilities/{FACILITY}/access")).expect(200);
    [users, access].into_iter().chain(each).collect()
}

#[test]
fn a_restored_service_is_the_one_that_was_backed_up() {
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "3600").start();
    let administrator = service.administrator();
    let people: Vec<Actor> =
        ["tech", "hr", "board"].iter().map(|role| service.user_made_by(&administrator, role)).collect();
    let ended = service.user_made_by(&administrator, "tech");
    administrator.patch(&format!("/users/{}", ended.id), json!({ "disabled": true })).expect(200);
    for (person, actions) in people.iter().zip([&["open", "read"][..], &["open"], &["close"]]) {
        administrator.give(&person.id, FACILITY, actions);
    }
    let pictures =
        [upload(&people[0], Picture::jpeg(40, 30)), upload(&people[1], Picture::transparent_png(9, 9))];
    let client = service.register_client("backend", &["--trusted"]);
    let robot = service.act_as(&client, &["users:get"]);
    let bytes: Vec<Vec<u8>> = pictures.iter().map(|path| service.nobody().get(path).body).collect();
    let (_folder, file) = backed_up(&service);
    let (before, rows) = (told(&administrator), all_rows(service.database()));
    service.kill();
    assert_eq!(all_rows(Database::open(&file)), rows);

    let restored = restored(&service, &file);
    assert_eq!(all_rows(restored.database()), rows, "table by table");
    let here = |actor: &Actor| restored.nobody().with_token(&actor.token);
    assert_eq!(told(&here(&administrator)), before, "old access tokens count, and tell the same");
    here(&robot).get("/users").expect(200);
    here(&ended).get("/user").expect_status(401);
    for (path, bytes) in pictures.iter().zip(bytes) {
        assert_eq!(restored.nobody().get(path).expect_status(200).body, bytes);
    }
    assert_eq!(restored.database().count("SELECT count(*) AS value FROM pictures"), 0, "they moved");
    restored.act_as(&client, &["users:get"]).get("/users").expect(200);
    for person in &people {
        restored.try_refresh(person.refresh_token.as_ref().unwrap()).expect(200);
        let again = restored.sign_in(&person.email, &person.password);
        assert_eq!(again.get("/user").expect(200)["data"], here(person).get("/user").expect(200)["data"]);
    }
    restored.try_password(&ended.email, &ended.password).expect(400);
    let check = restored.command(["db", "check"]).succeed();
    assert!(check.stdout.starts_with("everything is whole"), "{check:?}");
}

#[test]
fn a_restored_picture_goes_with_its_last_reference() {
    let service = Service::start();
    let person = service.user("tech");
    let path = upload(&person, Picture::jpeg(40, 30));
    let (_folder, file) = backed_up(&service);
    let restored = restored(&service, &file);
    let person = restored.sign_in(&person.email, &person.password);
    restored.nobody().get(&path).expect_status(200);
    person.delete("/user/picture").expect(200);
    eventually("its end", || (restored.nobody().get(&path).status == 404).then_some(()));
}

#[test]
fn a_start_that_was_interrupted_while_pictures_move_is_made_good_by_the_next() {
    let service = Service::start();
    let person = service.user("tech");
    let paths =
        [upload(&person, Picture::jpeg(40, 30)), upload(&service.administrator(), Picture::jpeg(50, 30))];
    let (_folder, file) = backed_up(&service);
    let mut restored = restored(&service, &file);
    restored.end_in_one_file();
    // As a crash leaves it after some of the files and before the rows: the backup again, beside pictures.
    fs::copy(&file, restored.database_file()).unwrap();
    let name = paths[0].strip_prefix("/pictures/").unwrap();
    fs::remove_file(restored.data().join("pictures").join(&name[..2]).join(name)).unwrap();
    restored.restart();
    for path in &paths {
        restored.nobody().get(path).expect_status(200);
    }
}

#[test]
fn a_backup_of_a_restored_file_that_was_never_started_has_the_pictures() {
    let service = Service::start();
    upload(&service.administrator(), Picture::jpeg(40, 30));
    let (folder, file) = backed_up(&service);
    let url = format!("sqlite://{}", file.display());
    let again = folder.path().join("again");
    let empty = folder.path().join("empty");
    let on_file = |arguments: &[&str]| {
        roster_tests::Roster::new(arguments).on(&empty).with("ROSTER_DATABASE_URL", &url).succeed()
    };
    let before = fs::read(&file).unwrap();
    let check = on_file(&["db", "check"]);
    assert!(check.stdout.contains("everything is whole"), "{check:?}");
    on_file(&["db", "backup", again.to_str().unwrap()]);
    assert!(fs::read(&file).unwrap() == before, "it was looked at alone");
    assert!(!empty.exists());
    let (mut one, mut other) = (Database::open(&file), Database::open(&again));
    assert_eq!(one.rows("pictures"), other.rows("pictures"));
    assert_eq!(all_rows(one), all_rows(other));
}

#[test]
fn without_its_master_secret_a_backup_is_refused() {
    let (service, stranger) = (Service::start(), Service::start());
    let (_folder, file) = backed_up(&service);
    stranger.end_in_one_file();
    fs::write(stranger.data().join("secret"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    fs::copy(&file, stranger.database_file()).unwrap();
    let run = stranger.command(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error");
    crate::commands::complains(&run.run(), 2);
    let check = stranger.command(["db", "check"]).run();
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stdout.contains("the master secret is none that the database was used with"), "{check:?}");
}
