//! `db check` on a file and its folder, and what the service does on a file that is damaged.

use roster_tests::{Database, Service};
use serde_json::json;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use crate::commands::complains;
use crate::database_check::{check, lived_in, wrong};

/// Overwrites the page at which a table begins, of a service that has ended.
fn overwrite_page_of(service: &Service, table: &str) {
    let file = service.database_file();
    let mut database = Database::open(&file);
    let page = database.count(&format!("SELECT rootpage AS value FROM sqlite_schema WHERE name = '{table}'"));
    let size = database.count("SELECT page_size AS value FROM pragma_page_size");
    drop(database);
    let offset = u64::try_from((page - 1) * size).unwrap();
    let garbage = vec![0xa5; usize::try_from(size).unwrap()];
    fs::File::options().write(true).open(file).unwrap().write_all_at(&garbage, offset).unwrap();
}

fn kept(service: &Service, path: &str) -> PathBuf {
    let name = path.strip_prefix("/pictures/").unwrap();
    service.data().join("pictures").join(&name[..2]).join(name)
}

#[test]
fn a_check_changes_nothing() {
    let (service, _, _) = lived_in();
    // What was written last is in the log alone.
    service.kill();
    let files = || ["roster.db", "roster.db-wal"].map(|name| fs::read(service.data().join(name)).unwrap());
    let before = files();
    service.command(["db", "check"]).succeed();
    assert!(files() == before);
    let nothing = service.data().join("nothing");
    let line = complains(&service.command(["db", "check"]).on(&nothing).run(), 1);
    assert!(line.contains("there is no database") && !nothing.exists(), "{line}");
}

#[test]
fn a_missing_and_a_damaged_picture_are_told_and_those_of_nobody_are_counted() {
    let (service, _, path) = lived_in();
    let picture = kept(&service, &path);
    let bytes = fs::read(&picture).unwrap();
    let name = path.strip_prefix("/pictures/").unwrap();
    fs::write(&picture, [&bytes[..], b"!"].concat()).unwrap();
    assert_eq!(wrong(&service), format!("the picture {name} is damaged"));
    fs::remove_file(&picture).unwrap();
    assert_eq!(wrong(&service), format!("the picture {name} is missing"));
    fs::write(&picture, bytes).unwrap();
    let nobodys = picture.with_file_name(format!("{}{}.png", &name[..2], "0".repeat(62)));
    fs::write(nobodys, "nobody's").unwrap();
    let (told, code) = check(&service);
    assert_eq!((code, &told["wrong"], &told["pictures_of_nobody"]), (0, &json!([]), &json!(1)));
    let finished = service.command(["db", "check"]).succeed();
    assert!(finished.stdout.contains("1 pictures are kept that nobody has"), "{finished:?}");
}

#[test]
fn a_damaged_page_is_told_and_ends_the_start_and_the_file_is_left_as_it_is() {
    for table in ["users", "events", "signing_keys", "facility_access"] {
        let (service, _, _) = lived_in();
        service.end_in_one_file();
        overwrite_page_of(&service, table);
        let damaged = fs::read(service.database_file()).unwrap();
        let finished = service.command(["db", "check", "--json"]).run();
        assert_eq!(finished.code, 1, "{table}: {finished:?}");
        for command in [&["serve"][..], &["serve", "--no-migrate"], &["db", "backup", "/no/such/folder/file"]]
        {
            let run =
                service.command(command).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error");
            let line = complains(&run.run(), 1);
            assert!(command[0] == "db" || line.contains("damaged"), "{table}: {line}");
        }
        let backup = service.data().join("backup");
        complains(&service.command(["db", "backup", backup.to_str().unwrap()]).run(), 1);
        assert!(!backup.exists());
        assert!(fs::read(service.database_file()).unwrap() == damaged, "{table}");
    }
}

#[test]
fn what_is_no_database_or_cut_off_ends_the_start_and_is_left_as_it_is() {
    let (service, _, _) = lived_in();
    service.end_in_one_file();
    let whole = fs::read(service.database_file()).unwrap();
    let mut headless = whole.clone();
    headless[..100].fill(0xa5);
    for damaged in [headless, whole[..whole.len() / 2].to_vec(), b"notes".repeat(1_000)] {
        fs::write(service.database_file(), &damaged).unwrap();
        for command in ["serve", "db migrate", "db check"] {
            let run = service.command(command.split(' ')).with("ROSTER_LISTEN", "127.0.0.1:0");
            let finished = run.with("ROSTER_LOG", "error").run();
            assert_eq!(finished.code, 1, "{finished:?}");
            assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
        }
        assert!(fs::read(service.database_file()).unwrap() == damaged, "it was left as it is");
    }
}

#[test]
fn a_lost_database_is_told_and_no_empty_one_takes_its_place() {
    let (service, _, _) = lived_in();
    service.end_in_one_file();
    for lost in [Some(""), None] {
        let file = service.database_file();
        match lost {
            Some(nothing) => fs::write(&file, nothing).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        for command in ["serve", "db migrate", "client list"] {
            let run = service.command(command.split(' ')).with("ROSTER_LISTEN", "127.0.0.1:0");
            let line = complains(&run.with("ROSTER_LOG", "error").run(), 1);
            assert!(line.contains("bring the database back"), "{line}");
        }
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), lost);
    }
    fs::remove_file(service.data().join("secret")).unwrap();
    service.command(["db", "migrate"]).succeed();
}

#[test]
fn an_event_number_that_would_come_again_is_told() {
    let (service, _, _) = lived_in();
    service.damage("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events';");
    assert!(wrong(&service).starts_with("events: the number "));
}

#[test]
fn a_wrong_reference_is_told() {
    let (service, _, _) = lived_in();
    service.damage(
        "INSERT INTO facility_access SELECT zeroblob(16), facility_id, actions, expires_at,
        granted_by_user, granted_by_client, granted_at FROM facility_access;",
    );
    assert_eq!(wrong(&service), "facility_access: rows that refer to users that are not there: 1");
}
