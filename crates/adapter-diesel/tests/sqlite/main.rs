//! The store on SQLite: the contract of every store, and what is SQLite's own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail in any way")]

#[path = "../contract/mod.rs"]
mod contract;
mod database;

mod backing_up;
mod broken_rows;
mod migrating;
mod other_processes;
mod upgrading;

mod keeps_the_contract {
    use crate::contract::store_contract;

    store_contract!(crate::database::fresh);
}
