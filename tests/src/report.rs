use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Tells how much a test tried; it stands at the end of `make test`, also when the test passes.
pub fn report(line: &str) {
    println!("{line}");
    append("ROSTER_TEST_REPORT", line);
}

/// Adds a line to the list that a variable names, if it names one.
pub(crate) fn append(variable: &str, line: &str) {
    let Some(list) = env::var_os(variable) else { return };
    let mut file = OpenOptions::new().append(true).create(true).open(list).expect("the list can be written");
    // As one piece, since other tests write to it too.
    file.write_all(format!("{line}\n").as_bytes()).expect("the list can be written");
}
