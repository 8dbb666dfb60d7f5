//! Roster's store, on SQLite and on PostgreSQL.
//!
//! [`SqliteStore`] and [`PostgresStore`] implement [`Store`](roster_ports::Store). Statements are written once, without
//! naming a database, and compiled inside the module of each, so that each is type-checked against both dialects; what
//! truly differs (how writes get their turn, how events get their numbers, what is remembered) is in that module.

#![expect(clippy::duplicate_mod, reason = "each database compiles the statements in its own dialect")]

mod constraints;
mod copying;
mod event_data;
mod examined;
mod open_error;
mod pictures;
mod postgres;
mod rows;
mod schema;
mod sqlite;

pub use copying::{Compared, CopyEnd, CopyError, DatabaseCopy, Summary};
pub use examined::Examined;
pub use open_error::OpenError;
pub use pictures::DatabasePictures;
pub use postgres::{PicturesOfMany, PostgresOptions, PostgresStore, SharedLocks};
pub use sqlite::{CopiedBackup, SqliteBackup, SqliteOptions, SqliteStore};
