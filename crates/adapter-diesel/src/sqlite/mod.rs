//! The store on SQLite: reader connections, one writer thread, and caches for the hot reads.

mod backup;
mod batch;
mod caller_cache;
mod check;
mod connection;
mod errors;
mod freshness;
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

pub use backup::SqliteBackup;
pub use check::Examined;
pub use errors::OpenError;
pub use options::SqliteOptions;
pub use store::SqliteStore;

use diesel::sql_types::Text;
use errors::store_error;

type Connection = diesel::SqliteConnection;
type Database = diesel::sqlite::Sqlite;

diesel::define_sql_function! {
    /// Where the second text first occurs in the first, from 1; 0 where it does not. Every character is plain.
    #[sql_name = "instr"]
    fn position_of(text: Text, part: Text) -> Integer;
}
