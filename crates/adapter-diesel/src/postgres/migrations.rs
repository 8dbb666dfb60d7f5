use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::time::Duration;

use super::session::Purpose;
use super::statements::{check_schema, migrate_locked};
use super::{Connection, PostgresOptions, session};
use crate::OpenError;

/// What stands for migrating among the advisory locks of a database: the bytes of `rostermi`.
const LOCK: i64 = 0x726f_7374_6572_6d69;

/// How long to wait for another instance that migrates.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs what was not run yet, all in one transaction, under a lock: of several that start at once, one migrates and the
/// others find it done.
pub(super) fn migrate(options: &PostgresOptions) -> Result<Vec<String>, OpenError> {
    let mut connection = session::open(options, Purpose::Anything, PATIENCE)?;
    connection.batch_execute(&format!(
        "SET lock_timeout = {}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0",
        PATIENCE.as_millis()
    ))?;
    connection.transaction(|connection| {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(LOCK).execute(connection)?;
        migrate_locked(connection)
    })
}

/// Whether this release can use the schema as it is.
pub(super) fn check(connection: &mut Connection, options: &PostgresOptions) -> Result<(), OpenError> {
    check_schema(connection, &session::place(&options.url))
}
