use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

use crate::binary::{self, Roster};

/// The address of the administrator that every data folder has.
pub const ADMINISTRATOR_EMAIL: &str = "first.administrator@example.com";
/// The password of that administrator.
pub const ADMINISTRATOR_PASSWORD: &str = "canary-administrator-horse-battery";
/// The public client that every data folder has.
pub const CLIENT: &str = "test-client";
/// Every scope.
pub const ALL_SCOPES: [&str; 10] = [
    "users:get",
    "users:create",
    "users:modify",
    "users:delete",
    "users:write",
    "profile:get",
    "profile:modify",
    "access:check",
    "events:read",
    "webhooks:manage",
];

/// The data folder within its temporary folder.
pub(crate) const DATA: &str = "data";

/// A temporary folder with a data folder in it: a migrated database, one administrator and one public client.
///
/// It is a copy of one that is made once for each build of the binary, so that a test need not hash and migrate.
pub fn data_folder() -> TempDir {
    data_folder_in(&std::env::temp_dir())
}

/// Like [`data_folder`], with the temporary folder in this one.
pub fn data_folder_in(place: &Path) -> TempDir {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    let folder = tempfile::tempdir_in(place).expect("a temporary folder");
    copy(TEMPLATE.get_or_init(make), &folder.path().join(DATA));
    folder
}

pub(crate) fn temporary_folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A temporary folder with a data folder in it that has this database and this master secret alone.
pub(crate) fn restored_folder(database: &Path, secret: &Path) -> TempDir {
    let folder = temporary_folder();
    let data = folder.path().join(DATA);
    fs::create_dir(&data).expect("a folder can be made");
    fs::copy(database, data.join("roster.db")).expect("the database can be copied");
    fs::copy(secret, data.join("secret")).expect("the secret can be copied");
    folder
}

fn make() -> PathBuf {
    let binary = binary::path();
    let name = format!("roster-test-data-{}", binary::built_at(&binary));
    let beside = binary.parent().expect("the binary lies in a folder");
    let ready = beside.join(name);
    if !ready.is_dir() {
        let folder = tempfile::tempdir_in(beside).expect("a folder beside the binary");
        let data = folder.path().join(DATA);
        fill(|arguments| Roster::new(arguments).on(&data));
        // Another test process may have been faster; its folder is as good.
        if fs::rename(folder.path(), &ready).is_ok() {
            let _moved = folder.keep();
        }
    }
    ready.join(DATA)
}

/// Makes the administrator and the client of the template, by commands that work on it.
pub(crate) fn fill(command: impl Fn(Vec<&str>) -> Roster) {
    let names = ["--first-name", "Ada", "--last-name", "Administrator"];
    let administrator = ["admin", "create", "--email", ADMINISTRATOR_EMAIL].into_iter().chain(names);
    command(administrator.collect()).reading(&format!("{ADMINISTRATOR_PASSWORD}\n")).succeed();
    let grants = ["--grant", "password", "--grant", "refresh_token"];
    let scopes = ALL_SCOPES.into_iter().flat_map(|scope| ["--scope", scope]);
    let client = ["client", "create", "--id", CLIENT, "--public"].into_iter().chain(grants).chain(scopes);
    command(client.collect()).succeed();
}

/// Copies a folder, with the modes of everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder can be made");
    let mode = fs::metadata(from).expect("the folder has a mode").permissions();
    fs::set_permissions(to, mode).expect("its owner may set the mode");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}
