//! What is true of SQLite alone: of its file, of the folder in which it lies, and of what a disk does to both.
//!
//! `--skip on_sqlite::` leaves these out where the tests are run for another database.

pub(crate) mod backup;
mod bad_disk;
mod contention;
mod damaged_file;
mod data_folder;
mod power_loss;
mod restore;
mod start;
