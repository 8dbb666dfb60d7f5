//! How a start goes while another process has the file.

use roster_tests::{Database, Service, eventually};
use std::fs;

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
