//! What only this database can be asked, from inside.

mod batches;
mod freshness;
mod people;
mod plans;
mod pragmas;
mod write_ahead_log;
mod writer;
