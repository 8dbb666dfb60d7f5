//! A disk that is full, broken or locked: writes are answered 503 and reads 200, what was told is true either way, and all is
//! well as soon as the disk is.

use roster_tests::{
    Actor, Body, Calls, Error, Faults, Form, Picture, Roster, Service, SmallDisk, data_folder,
    data_folder_in, eventually, invented, is_long_run, report, within,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// The longest that the log may be once it can be written back: what SQLite lets gather, and what one batch adds.
const LARGEST_LOG: u64 = 6 * 1024 * 1024;

/// Who was said to be made, and who was said not to be: the addresses.
#[derive(Debug, Default)]
struct Told {
    made: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// Asks for somebody to be made; it is done, or is said to be impossible for now.
fn create(administrator: &Actor, told: &Mutex<Told>) {
    let email = format!("{}@example.com", invented());
    let body = json!({
        "firstName": "Robin", "lastName": "Disk", "email": email, "plainPassword": "canary-password-disk",
        "roles": ["tech"], "description": "x".repeat(1_500),
    });
    let answer = administrator.post("/users", body);
    if answer.status == 201 {
        told.lock().unwrap().made.insert(email);
        return;
    }
    answer.expect_problem(503, "unavailable");
    assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()), "{answer}");
    told.lock().unwrap().refused.insert(email);
}

/// Many write and read at once; every read succeeds.
fn work(administrator: &Actor, times: usize, told: &Mutex<Told>) {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..times {
                    create(administrator, told);
                    administrator.get("/user").expect(200);
                    administrator.get("/users?limit=5").expect(200);
                }
            });
        }
    });
}

/// Everybody is there who was said to be made, and nobody who was said not to be.
#[track_caller]
fn assert_told_the_truth(service: &Service, told: &Mutex<Told>) {
    let mut database = service.database();
    database.assert_sound();
    let there: BTreeSet<String> =
        database.texts("SELECT email AS value FROM users WHERE last_name = 'Disk'").into_iter().collect();
    let told = told.lock().unwrap();
    assert_eq!(there.difference(&told.made).next(), None, "somebody is there whose making was refused");
    assert_eq!(told.made.difference(&there).next(), None, "somebody was made and is not there");
}

#[track_caller]
fn assert_recovers(service: &Service, administrator: &Actor, told: &Mutex<Told>) {
    let made = || told.lock().unwrap().made.len();
    let before = made();
    eventually("a write that is done again", || {
        create(administrator, told);
        (made() > before).then_some(())
    });
    service.nobody().get("/health/ready").expect(200);
}

fn log_size(service: &Service) -> u64 {
    fs::metadata(service.data().join("roster.db-wal")).map_or(0, |file| file.len())
}

#[test]
fn a_full_disk_refuses_writes_and_goes_on_reading_until_there_is_room_again() {
    let Some(disk) = SmallDisk::of(if is_long_run() { 64 } else { 8 }) else { return };
    let mut service = Service::options().at(data_folder_in(disk.path())).start();
    let administrator = service.administrator();
    let told = Mutex::new(Told::default());
    work(&administrator, 5, &told);
    assert!(told.lock().unwrap().refused.is_empty(), "there is room");
    let refused = || told.lock().unwrap().refused.len();
    for left in if is_long_run() { (0..16).map(|n| n * 40_000).collect() } else { vec![0, 300_000] } {
        let process = service.process();
        disk.fill(left);
        let before = refused();
        within(Duration::from_mins(1), "a disk that is full", || {
            work(&administrator, 10, &told);
            (refused() > before).then_some(())
        });
        work(&administrator, 5, &told);
        assert_told_the_truth(&service, &told);
        service.nobody().get("/health/live").expect(200);
        disk.free();
        assert_recovers(&service, &administrator, &told);
        assert!(service.is_running() && service.process() == process, "without a restart");
        work(&administrator, 3, &told);
        assert_told_the_truth(&service, &told);
        assert!(log_size(&service) < LARGEST_LOG, "{}", log_size(&service));
    }
    service.kill();
    service.restart();
    assert_told_the_truth(&service, &told);
}

#[test]
fn a_picture_that_does_not_fit_is_refused_and_leaves_nothing() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let service = Service::options().at(data_folder_in(disk.path())).start();
    let user = service.user("tech");
    disk.fill(0);
    let upload = || {
        let form = Form::image(Picture::jpeg(400, 400));
        user.send("PATCH", "/user/picture", &[], &Body::Form(form))
    };
    upload().expect_problem(503, "unavailable");
    assert_eq!(user.get("/user").expect(200)["data"]["picture"], json!(null));
    disk.free();
    eventually("a picture that fits", || (upload().status == 200).then_some(()));
}

#[test]
fn a_service_that_dies_on_a_full_disk_comes_back_with_all_it_told() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let mut service = Service::options().at(data_folder_in(disk.path())).start();
    let administrator = service.administrator();
    let told = Mutex::new(Told::default());
    work(&administrator, 5, &told);
    disk.fill(100_000);
    work(&administrator, 10, &told);
    service.kill();
    let refused = service.command(["admin", "create", "--email", "late@example.com"]).reading("x").run();
    assert_ne!(refused.code, 0, "{refused:?}");
    disk.free();
    service.restart();
    assert_told_the_truth(&service, &told);
    assert_recovers(&service, &service.administrator(), &told);
}

#[test]
fn a_disk_that_can_only_be_read_ends_the_start_with_one_line() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let folder = data_folder_in(disk.path());
    disk.make_read_only();
    let run = Roster::new(["serve"]).on(&folder.path().join("data")).with("ROSTER_LISTEN", "127.0.0.1:0");
    let finished = run.run();
    assert_eq!(finished.code, 1, "{finished:?}");
    assert!(finished.stderr.contains("Read-only file system"), "{finished:?}");
}

#[test]
fn a_disk_that_breaks_while_it_is_written_to_makes_no_answer_untrue() {
    let folder = data_folder();
    let Some(faults) = Faults::under(folder.path()) else { return };
    let service = Service::options().with_all(faults.environment()).at(folder).start();
    let administrator = service.administrator();
    let told = Mutex::new(Told::default());
    let times = if is_long_run() { 60 } else { 8 };
    for calls in [Calls::Writes, Calls::Flushes, Calls::All] {
        for error in [Error::Broken, Error::Full, Error::ReadOnly, Error::Forbidden] {
            for every in [1, 7] {
                println!("each {every}th of {calls:?} fails: {error:?}");
                faults.fail(calls, error, every);
                let refused = told.lock().unwrap().refused.len();
                work(&administrator, times, &told);
                assert!(every > 1 || told.lock().unwrap().refused.len() > refused, "nothing was refused");
                faults.heal();
                assert_recovers(&service, &administrator, &told);
                assert_told_the_truth(&service, &told);
            }
        }
    }
    let told = told.lock().unwrap();
    report(&format!(
        "broken disks: {} writes done and {} refused, as was told",
        told.made.len(),
        told.refused.len()
    ));
}

#[test]
fn a_service_that_dies_on_a_broken_disk_comes_back_with_what_it_told() {
    let folder = data_folder();
    let Some(faults) = Faults::under(folder.path()) else { return };
    let mut service = Service::options().with_all(faults.environment()).at(folder).start();
    let told = Mutex::new(Told::default());
    for (calls, every) in
        [(Calls::Writes, 1), (Calls::Writes, 5), (Calls::Flushes, 1), (Calls::Flushes, 3), (Calls::All, 9)]
    {
        println!("each {every}th of {calls:?} fails");
        let administrator = service.administrator();
        faults.fail(calls, Error::Broken, every);
        work(&administrator, 5, &told);
        service.kill();
        faults.heal();
        service.restart();
        assert_told_the_truth(&service, &told);
    }
}
