use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The size in bytes from which glibc takes memory from the system for one piece, and gives it back with it.
const VARIABLE: &str = "MALLOC_MMAP_THRESHOLD_";
/// What it is until glibc learns otherwise.
const SIZE: &str = "131072";

/// Has a service give large pieces of memory back to the system when it is done with them.
///
/// By itself glibc raises that size with each large piece that is given back, up to 32 MiB, and from then on keeps what is
/// smaller for whoever asks next, apart for many threads: after a burst of pictures more than 100 MiB. It reads the size
/// from the environment alone, and before anything of ours runs; so the process begins anew, as the same process. Where
/// that fails, it goes on as it is. Whoever starts the service can set another size.
pub(crate) fn give_back_what_is_large() {
    let is_service = env::args_os().any(|argument| argument == "serve");
    if !cfg!(target_env = "gnu") || !is_service || env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let mut arguments = env::args_os();
    let mut command = Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // It returns only where it fails.
    let _ = command.args(arguments).env(VARIABLE, SIZE).exec();
}
