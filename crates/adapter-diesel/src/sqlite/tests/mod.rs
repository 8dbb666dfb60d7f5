//! What only this database can be asked, from inside.

mod batches;
mod freshness;
mod people;
mod plans;
mod pragmas;
mod writer;
