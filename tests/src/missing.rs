use std::env;
use std::fs;
use std::path::PathBuf;

use crate::binary;
use crate::report::append;

/// What `tests/outside/install.sh` shall have installed.
const REQUIREMENTS: &[u8] = include_bytes!("../outside/requirements.txt");

/// Where this program lies, under any of its names. Without it a test cannot run.
///
/// That is told loudly: it stands in the list at the end of `make test`, and where `ROSTER_TEST_REQUIRE=all` demands
/// that everything runs, as on the machines that check changes, it is a failure.
pub fn needed_program(names: &[&str], why: &str) -> Option<PathBuf> {
    needed(find(names), &format!("{} is not installed: {why}", names.join(" or ")))
}

/// Where this program of the virtual environment lies that `tests/outside/install.sh` makes; told of like
/// [`needed_program`] where there is none, or one of other versions.
pub fn needed_outside_program(name: &str, why: &str) -> Option<PathBuf> {
    let environment = binary::target_folder().join("outside-venv");
    let installed = fs::read(environment.join("requirements.txt")).unwrap_or_default();
    let program = Some(environment.join("bin").join(name)).filter(|_| installed == REQUIREMENTS);
    needed(program, &format!("{name} is not installed (`make outside` does it): {why}"))
}

/// What was found, if anything; that nothing was is told loudly.
pub(crate) fn needed<T>(found: Option<T>, line: &str) -> Option<T> {
    if found.is_none() {
        let is_required = env::var_os("ROSTER_TEST_REQUIRE").is_some_and(|value| value == "all");
        assert!(!is_required, "{line}");
        tell(line);
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
    append("ROSTER_TEST_NOT_RUN", line);
}
