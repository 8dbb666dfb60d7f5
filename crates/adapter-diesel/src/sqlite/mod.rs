//! The store on SQLite: reader connections, one writer thread, and caches for the hot reads.

mod backup;
mod batch;
mod callers;
mod check;
mod connection;
mod copy_side;
#[path = "../copying/statements.rs"]
mod copy_statements;
mod errors;
mod freshness;
mod hot_cache;
mod migrations;
mod options;
mod readers;
#[path = "../statements/mod.rs"]
mod statements;
mod store;
#[cfg(test)]
mod tests;
mod write_ahead_log;
mod writer;

pub use backup::{CopiedBackup, SqliteBackup};
pub(crate) use copy_side::{open_source, open_target};
pub use options::SqliteOptions;
pub use store::SqliteStore;

use diesel::expression_methods::ExpressionMethods as _;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use errors::{Remedy, remedy, store_error};
pub(crate) use errors::{is_damage, is_outage};

/// Where events arrive: their number is theirs at once, since one thread alone writes.
use crate::schema::events as arrivals;
use crate::schema::users;

type Connection = diesel::SqliteConnection;
type Database = diesel::sqlite::Sqlite;
/// How a whole table is read without holding it.
type RowByRow = diesel::connection::DefaultLoadingMode;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const HAS_SCHEMA: &str =
    "EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_release')";
const HAS_UNFINISHED_COPY: &str =
    "EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'unfinished_copy')";

diesel::define_sql_function! {
    /// Where the second text first occurs in the first, from 1; 0 where it does not. Every character is plain.
    #[sql_name = "instr"]
    fn position_of(text: Text, part: Text) -> Integer;
}

/// Whether the folded names of a user hold this text.
fn names_hold(part: &str) -> diesel::dsl::Gt<position_of<users::name_key, &str>, i32> {
    position_of(users::name_key, part).gt(0)
}
