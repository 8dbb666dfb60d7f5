//! Roster's one binary; everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    roster::run(std::env::args_os(), std::env::vars_os())
}
