//! The data folder: whose it is, and the master secret that is made in it.

use roster_tests::{Home, Service};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::commands::complains;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_data_folder_is_made_for_its_owner_alone() {
    let home = Home::empty();
    home.command(["db", "migrate"]).succeed();
    assert_eq!(mode(&home.data()), 0o700);
}

#[test]
fn a_data_folder_is_served_once() {
    let service = Service::start();
    let second =
        service.command(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error").run();
    complains(&second, 1);
    service.administrator().get("/user").expect(200);
    // Not by another name either.
    let folder = tempfile::tempdir().unwrap();
    let alias = folder.path().join("alias");
    symlink(service.data(), &alias).unwrap();
    let third = service
        .command(["serve"])
        .on(&alias)
        .with("ROSTER_LISTEN", "127.0.0.1:0")
        .with("ROSTER_LOG", "error")
        .run();
    complains(&third, 1);
}

#[test]
fn the_master_secret_is_made_once_and_kept_to_its_owner() {
    let mut service = Service::start();
    let secret = service.data().join("secret");
    let before = fs::read(&secret).unwrap();
    assert_eq!(mode(&secret), 0o600);
    service.kill();
    service.restart();
    service.administrator();
    assert_eq!(fs::read(&secret).unwrap(), before);
    service.kill();
    // Without it the passwords would all be wrong: no new one is made, and the start says so.
    fs::remove_file(&secret).unwrap();
    let run = service.command(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error");
    complains(&run.run(), 2);
    assert!(!secret.exists());
    fs::write(&secret, &before).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    service.restart();
    service.administrator();
}

#[test]
fn what_is_kept_is_kept_to_its_owner() {
    let service = Service::start();
    service.user("tech");
    // Nobody else gets into the folder, nor at its files should somebody open it; pictures are for everybody.
    assert_eq!(mode(&service.data()), 0o700);
    let paths = fs::read_dir(service.data()).unwrap().map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn an_open_local_secret_ends_the_start() {
    let service = Service::start();
    service.terminate();
    let path = service.data().join("secret");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let run = service.command(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_LOG", "error");
    let line = complains(&run.run(), 2);
    assert!(line.contains("0600") && !line.contains(&service.master_secret()), "{line}");
}
