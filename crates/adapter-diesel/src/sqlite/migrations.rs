use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use super::connection::{Pragmas, Purpose, open};
use super::errors::OpenError;
use super::{Connection, Database, SqliteOptions};
use crate::schema::schema_release;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const THIS_RELEASE: &str = env!("CARGO_PKG_VERSION");

/// How long to wait for another process that migrates.
const PATIENCE: Duration = Duration::from_mins(1);

diesel::table! {
    /// Where diesel notes what was run.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// Runs what was not run yet, under a lock: of several that start at once, one migrates and the others find it done.
pub(super) fn migrate(options: &SqliteOptions) -> Result<Vec<String>, OpenError> {
    create(&options.path)?;
    let pragmas = Pragmas { purpose: Purpose::Writing, patience: PATIENCE };
    let mut connection = open(&options.path, pragmas)?;
    connection.immediate_transaction(|connection| {
        if is_migrated(connection)? {
            refuse_newer(connection)?;
        }
        run_pending(connection)
    })
}

/// Whether this release can use the schema as it is.
pub(super) fn check(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    if !is_migrated(connection)? {
        return Err(OpenError::Missing(path.to_owned()));
    }
    refuse_newer(connection)?;
    let pending = pending(connection)?;
    if pending.is_empty() { Ok(()) } else { Err(OpenError::Outdated { pending: names(&pending) }) }
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

type Pending = Vec<Box<dyn Migration<Database>>>;

fn run_pending(connection: &mut Connection) -> Result<Vec<String>, OpenError> {
    // Diesel's own table, which it makes on asking.
    connection.applied_migrations().map_err(|error| OpenError::Failed(error.to_string()))?;
    let pending = pending(connection)?;
    for migration in &pending {
        connection
            .run_migration(migration)
            .map_err(|error| OpenError::Failed(format!("migration {}: {error}", migration.name())))?;
    }
    Ok(names(&pending))
}

fn names(migrations: &Pending) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// What this release knows and the schema lacks, the oldest first.
fn pending(connection: &mut Connection) -> Result<Pending, OpenError> {
    let applied: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(connection)?;
    let mut pending: Pending =
        MIGRATIONS.migrations().map_err(|error| OpenError::Failed(error.to_string()))?;
    pending.retain(|migration| !applied.contains(&migration.name().version().to_string()));
    pending.sort_unstable_by_key(|migration| migration.name().version().to_string());
    Ok(pending)
}

fn is_migrated(connection: &mut Connection) -> Result<bool, OpenError> {
    let there = diesel::dsl::sql::<diesel::sql_types::Bool>(
        "EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_release')",
    );
    Ok(diesel::select(there).get_result(connection)?)
}

fn refuse_newer(connection: &mut Connection) -> Result<(), OpenError> {
    let oldest_release: String =
        schema_release::table.select(schema_release::oldest_release).get_result(connection)?;
    match (release(&oldest_release), release(THIS_RELEASE)) {
        (Some(oldest), Some(this)) if oldest <= this => Ok(()),
        _ => Err(OpenError::TooNew { oldest_release, this_release: THIS_RELEASE }),
    }
}

fn release(text: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = text.split('.').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}
