//! `db backup`: what is in it, and what comes of one that cannot be made.

use roster_tests::{Actor, Body, Database, Form, Picture, Service, eventually, invented};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::commands::complains;

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// Backs up a service, which must succeed; answers what is printed for programs.
#[track_caller]
pub(crate) fn back_up(service: &Service, file: &Path) -> Value {
    let finished = service.command(["db", "backup", "--json", file.to_str().unwrap()]).succeed();
    assert_eq!(finished.stderr, "", "{finished:?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

/// Gives a person a picture, which must succeed; answers its path.
#[track_caller]
pub(crate) fn upload(by: &Actor, bytes: Vec<u8>) -> String {
    let answer = by.send("PATCH", "/user/picture", &[], &Body::Form(Form::image(bytes)));
    let url = answer.expect(200)["data"]["picture"].as_str().unwrap().to_owned();
    url[url.find("/pictures/").unwrap()..].to_owned()
}

/// Pictures that somebody has and that are not in the file.
const LACKING: &str = "SELECT count(*) AS value FROM users WHERE picture_sha256 IS NOT NULL AND NOT EXISTS \
    (SELECT 1 FROM pictures WHERE sha256 = picture_sha256 AND format = picture_format)";

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Makes people and gives them access until told to stop, noting whom once that is acknowledged.
fn write(administrator: &Actor, noted: &Mutex<Vec<String>>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let body = json!({
            "firstName": "Under", "lastName": "Load", "email": format!("{}@example.com", invented()),
            "plainPassword": "canary-password-under-load", "roles": ["tech"],
        });
        let id = administrator.post("/users", body).expect(201)["id"].as_str().unwrap().to_owned();
        administrator.give(&id, FACILITY, &["open"]);
        noted.lock().unwrap().push(id);
    }
}

/// Changes the picture over and over: the former one goes at once.
fn change_pictures(person: &Actor, hand: u32, is_over: &AtomicBool) {
    for round in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        upload(person, Picture::jpeg(20 + hand, 20 + round % 50));
    }
}

#[test]
fn whatever_was_acknowledged_before_is_in_a_backup_under_load() {
    const BACKUPS: usize = 5;
    let service = Service::start();
    let administrator = service.administrator();
    let people: Vec<Actor> = (0..2).map(|_| service.user_made_by(&administrator, "tech")).collect();
    let folder = tempfile::tempdir().unwrap();
    let (noted, is_over) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let backups = thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| write(&administrator, &noted, &is_over));
        }
        let is_over = &is_over;
        for (hand, person) in (0..).zip(&people) {
            scope.spawn(move || change_pictures(person, hand * 100, is_over));
        }
        let backups: Vec<(PathBuf, Vec<String>)> = (0..BACKUPS)
            .map(|number| {
                let before = noted.lock().unwrap().len();
                eventually("more work", || (noted.lock().unwrap().len() > before).then_some(()));
                let acknowledged = noted.lock().unwrap().clone();
                let file = folder.path().join(format!("{number}.db"));
                back_up(&service, &file);
                (file, acknowledged)
            })
            .collect();
        is_over.store(true, Ordering::Relaxed);
        backups
    });
    for (file, acknowledged) in backups {
        let mut backup = Database::open(&file);
        backup.assert_sound();
        let granted = "SELECT lower(hex(user_id)) AS value FROM facility_access WHERE actions = 'open'";
        let granted: BTreeSet<String> = backup.texts(granted).into_iter().collect();
        for id in &acknowledged {
            assert!(granted.contains(&id.replace('-', "")), "{id} is not in {}", file.display());
        }
        assert_eq!(backup.count(LACKING), 0);
    }
    service.database().assert_sound();
}

#[test]
fn a_backup_is_one_file_for_its_owner_without_the_master_secret() {
    let service = Service::start();
    let (person, other) = (service.user("tech"), service.user("tech"));
    upload(&person, Picture::jpeg(40, 30));
    upload(&other, Picture::jpeg(40, 30));
    upload(&other, Picture::transparent_png(30, 30));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.backup");
    let told = back_up(&service, &file);
    assert_eq!(names_in(folder.path()), BTreeSet::from(["roster.backup".to_owned()]));
    let metadata = fs::metadata(&file).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!((&told["file"], &told["bytes"]), (&json!(file), &json!(metadata.len())));
    assert_eq!((&told["users"], &told["pictures"]), (&json!(3), &json!(2)));
    let mut backup = Database::open(&file);
    for (table, rows) in told["rows"].as_object().unwrap() {
        assert_eq!(backup.count(&format!("SELECT count(*) AS value FROM {table}")), rows.as_i64().unwrap());
    }
    let bytes = fs::read(&file).unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let secret = fs::read_to_string(service.data().join("secret")).unwrap();
    assert!(holds(person.email.as_bytes()), "people are in it");
    assert!(!holds(secret.trim().as_bytes()) && !holds(person.password.as_bytes()));
}

#[test]
fn what_was_erased_before_is_not_in_a_backup() {
    let service = Service::start();
    let person = service.user("tech");
    upload(&person, Picture::jpeg(40, 30));
    service.administrator().delete(&format!("/users/{}", person.id)).expect(200);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    assert_eq!(back_up(&service, &file)["pictures"], 0);
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(person.email.len()).any(|window| window == person.email.as_bytes()));
}

#[test]
fn a_backup_replaces_nothing_and_needs_a_place() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "somebody's").unwrap();
    fs::create_dir(at("folder")).unwrap();
    symlink(at("nowhere"), at("link")).unwrap();
    let before = names_in(folder.path());
    for name in ["file", "folder", "folder/", "link", "no such folder/file", "file/below"] {
        let file = at(name);
        let line = complains(&service.command(["db", "backup", file.to_str().unwrap()]).run(), 1);
        assert!(line.contains(file.to_str().unwrap()), "{line}");
    }
    assert_eq!(names_in(folder.path()), before);
    assert_eq!(fs::read_to_string(at("file")).unwrap(), "somebody's");
    let nothing = at("no data");
    let line =
        complains(&service.command(["db", "backup", at("new").to_str().unwrap()]).on(&nothing).run(), 1);
    assert!(line.contains("there is no database"), "{line}");
    assert!(!nothing.exists() && !at("new").exists(), "nothing was made");
}

#[test]
fn a_full_disk_leaves_nothing() {
    let service = Service::start();
    service.user("tech");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let run = service.command(["db", "backup", file.to_str().unwrap()]).with_longest_file(100);
    let line = complains(&run.run(), 1);
    assert!(line.contains(file.to_str().unwrap()) && line.contains("disk"), "{line}");
    assert_eq!(names_in(folder.path()), BTreeSet::new());
    back_up(&service, &file);
}

#[test]
fn a_killed_backup_never_leaves_half_a_file_of_its_name() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let file = folder.path().join(format!("{round}.db"));
        let (mut child, _log) = service.command(["db", "backup", file.to_str().unwrap()]).spawn();
        // At another moment each time: before, while and after the file gets its name.
        eventually("a beginning", || {
            let has_begun =
                names_in(folder.path()).iter().any(|name| name.starts_with(&format!("{round}.db")));
            (has_begun || child.try_wait().unwrap().is_some()).then_some(())
        });
        (0..round * 20).for_each(|_| thread::yield_now());
        child.kill().ok();
        child.wait().unwrap();
        if file.exists() {
            Database::open(&file).assert_sound();
        }
    }
}

#[test]
fn a_lost_or_damaged_picture_is_told_and_no_backup_is_made() {
    let service = Service::start();
    let person = service.user("tech");
    let path = upload(&person, Picture::jpeg(40, 30));
    let name = path.strip_prefix("/pictures/").unwrap();
    let kept = service.data().join("pictures").join(&name[..2]).join(name);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let run = || complains(&service.command(["db", "backup", file.to_str().unwrap()]).run(), 1);
    fs::write(&kept, "not what it was").unwrap();
    let damaged = run();
    fs::remove_file(&kept).unwrap();
    let lost = run();
    assert!(damaged.contains(name) && damaged.contains("damaged"), "{damaged}");
    assert!(lost.contains(name) && lost.contains("not kept"), "{lost}");
    assert_eq!(names_in(folder.path()), BTreeSet::new());
}
