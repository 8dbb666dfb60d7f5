//! Roster's one binary; everything is in the library beside it.

mod memory;

use std::process::ExitCode;

fn main() -> ExitCode {
    memory::give_back_what_is_large();
    roster::run(std::env::args_os(), std::env::vars_os())
}
