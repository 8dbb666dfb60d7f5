//! Which migrations were run, and which release the schema admits.

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::MigrationHarness;

use super::super::{HAS_SCHEMA, HAS_UNFINISHED_COPY, MIGRATIONS};
use super::{Connection, Database};
use crate::OpenError;
use crate::schema::schema_release;

const THIS_RELEASE: &str = env!("CARGO_PKG_VERSION");

diesel::table! {
    /// Where diesel notes what was run.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

type Pending = Vec<Box<dyn Migration<Database>>>;

/// Runs what was not run yet, unless the schema is too new; returns the names. For whoever holds the lock for it.
pub(in super::super) fn migrate_locked(connection: &mut Connection) -> Result<Vec<String>, OpenError> {
    if is_migrated(connection)? {
        refuse_newer(connection)?;
    }
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

/// Whether this release can use the database as it is. `place` is where the database is, for people.
pub(in super::super) fn check_schema(connection: &mut Connection, place: &str) -> Result<(), OpenError> {
    check_release(connection, place)?;
    if is_unfinished_copy(connection)? { Err(OpenError::Unfinished(place.to_owned())) } else { Ok(()) }
}

/// Whether somebody began to copy another database to here, and was not done.
pub(in super::super) fn is_unfinished_copy(connection: &mut Connection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<Bool>(HAS_UNFINISHED_COPY)).get_result(connection)
}

/// Whether this release can use the schema as it is, whatever is in it.
pub(in super::super) fn check_release(connection: &mut Connection, place: &str) -> Result<(), OpenError> {
    if !is_migrated(connection)? {
        return Err(OpenError::Missing(place.to_owned()));
    }
    refuse_newer(connection)?;
    let pending = pending(connection)?;
    if pending.is_empty() { Ok(()) } else { Err(OpenError::Outdated { pending: names(&pending) }) }
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
    Ok(diesel::select(diesel::dsl::sql::<Bool>(HAS_SCHEMA)).get_result(connection)?)
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
