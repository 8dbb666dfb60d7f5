//! How a start goes while another process has the file.

use roster_tests::{Database, Service, eventually, within};
use std::fs;
use std::time::Duration;

#[test]
fn a_start_waits_for_whoever_migrates() {
    let service = Service::start();
    service.terminate();
    let migrating = Database::hold(&service.database_file());
    let (mut starting, log) = service.spawn_again();
    let files = format!("/proc/{}/fd", starting.id());
    eventually("a start that has opened the database", || {
        assert!(starting.try_wait().unwrap().is_none(), "it ended: {:#?}", log.lines());
        let open = fs::read_dir(&files).ok()?.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        open.into_iter().any(|file| file == service.database_file()).then_some(())
    });
    assert!(!log.tells("listening"));
    drop(migrating);
    eventually("the start", || log.tells("listening").then_some(()));
    starting.kill().unwrap();
    starting.wait().unwrap();
}

#[test]
fn a_signal_during_a_start_ends_it_and_the_next_one_goes_well() {
    let mut service = Service::start();
    service.terminate();
    let migrating = Database::hold(&service.database_file());
    let (mut starting, log) = service.spawn_again();
    let files = format!("/proc/{}/fd", starting.id());
    eventually("a start that has opened the database", || {
        let open = fs::read_dir(&files).ok()?.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        open.into_iter().any(|file| file == service.database_file()).then_some(())
    });
    let sent =
        std::process::Command::new("sh").arg("-c").arg(format!("kill -TERM {}", starting.id())).status();
    assert!(sent.unwrap().success());
    within(Duration::from_secs(5), "the end of the start", || starting.try_wait().unwrap());
    assert!(!log.tells("listening"));
    drop(migrating);
    service.restart();
    service.administrator();
    service.database().assert_sound();
}
