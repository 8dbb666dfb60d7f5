//! Every place where bytes of strangers come in is fuzzed, from the committed corpus on: for a moment in a short run, for half
//! an hour each in a long one.

use roster_tests::{is_long_run, needed_program, report};
use std::path::Path;
use std::process::Command;

#[test]
fn no_bytes_make_a_target_panic() {
    let why = "the fuzz targets were not run";
    if needed_program(&["c++", "g++", "clang++"], why).is_none() || needed_program(&["bash"], why).is_none() {
        return;
    }
    let seconds = if is_long_run() { "1800" } else { "5" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let output = Command::new("bash").arg("run.sh").arg(seconds).current_dir(folder).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with("fuzz target")).collect();
    assert!(lines.iter().all(|line| !line.contains(": 0 ")) && lines.len() >= 6, "{told}");
    for line in lines {
        report(line);
    }
}
