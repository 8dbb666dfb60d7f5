use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use super::connection::{Pragmas, Purpose, open};
use super::statements::{check_schema, migrate_locked};
use super::{Connection, SqliteOptions};
use crate::OpenError;

/// How long to wait for another process that migrates.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs what was not run yet, under a lock: of several that start at once, one migrates and the others find it done.
pub(super) fn migrate(options: &SqliteOptions) -> Result<Vec<String>, OpenError> {
    create(&options.path)?;
    let pragmas = Pragmas { purpose: Purpose::Writing, patience: PATIENCE };
    let mut connection = open(&options.path, pragmas)?;
    connection.immediate_transaction(migrate_locked)
}

/// Whether this release can use the schema as it is.
pub(super) fn check(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    check_schema(connection, &path.display().to_string())
}

/// Makes an empty file that only its owner can read, where there is none.
fn create(path: &Path) -> Result<(), OpenError> {
    let mut file = OpenOptions::new();
    file.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(OpenError::Unavailable(format!("{}: {error}", path.display()))),
    }
}
