use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// Where this program lies, under any of its names. Without it a test cannot run.
///
/// That is told loudly: it stands in the list at the end of `make test`, and where `ROSTER_TEST_REQUIRE=all` demands
/// that everything runs, as on the machines that check changes, it is a failure.
pub fn needed_program(names: &[&str], why: &str) -> Option<PathBuf> {
    let found = find(names);
    if found.is_none() {
        let line = format!("{} is not installed: {why}", names.join(" or "));
        let is_required = env::var_os("ROSTER_TEST_REQUIRE").is_some_and(|value| value == "all");
        assert!(!is_required, "{line}");
        tell(&line);
    }
    found
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

fn tell(line: &str) {
    eprintln!("NOT RUN: {line}");
    let Some(list) = env::var_os("ROSTER_TEST_NOT_RUN") else { return };
    let mut file = OpenOptions::new().append(true).create(true).open(list).expect("the list can be written");
    writeln!(file, "{line}").expect("the list can be written");
}
