//! Roster's store on SQLite.
//!
//! [`SqliteStore`] implements [`Store`](roster_ports::Store): reads go to a few reader connections, writes to one
//! thread that commits many of them with one flush to disk, and the hot reads of every request come from a cache that
//! falls with each change.
//!
//! Statements are written once, without naming a database, and compiled inside the module of each (see [`sqlite`]).

mod constraints;
mod event_data;
mod rows;
mod schema;
mod sqlite;

pub use sqlite::{Examined, OpenError, SqliteBackup, SqliteOptions, SqliteStore};
