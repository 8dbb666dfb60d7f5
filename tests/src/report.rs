use std::env;
use std::fs::OpenOptions;
use std::io::Write;

/// Tells what a test found out, beyond that it passed: it stands at the end of `make test`.
pub fn report(text: &str) {
    println!("{text}");
    let Some(list) = env::var_os("ROSTER_TEST_REPORT") else { return };
    let mut file =
        OpenOptions::new().append(true).create(true).open(list).expect("the report can be written");
    writeln!(file, "{text}").expect("the report can be written");
}
