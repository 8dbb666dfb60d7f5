//! The store on PostgreSQL: the contract of every store, and what is PostgreSQL's own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail in any way")]

#[path = "../contract/mod.rs"]
mod contract;
mod copying;
mod database;

mod false_conflicts;
mod migrating;
mod numbering;
mod pictures_of_many;
mod schema_shape;

mod keeps_the_contract {
    use crate::contract::store_contract;

    store_contract!(crate::database::fresh);
}
