use std::path::{Path, PathBuf};
use std::process::Command;

use crate::missing::needed_program;

/// Builds one of the libraries in `tests/tools` that stand between a program and the system. None where there is no
/// compiler, which is told as of any missing program.
pub(crate) fn build(source: &str, into: &Path, why: &str) -> Option<PathBuf> {
    let compiler = needed_program(&["cc"], why)?;
    let library = into.join(source).with_extension("so");
    let built = Command::new(compiler)
        .args(["-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
        .arg(&library)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(source))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "{source} can be built");
    Some(library)
}
