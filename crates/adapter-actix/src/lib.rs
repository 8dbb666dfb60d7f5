//! Roster over HTTP: extract, call the use case, answer. The only crate that knows a status code.
//!
//! [`Server`] serves the list [`ROUTES`]. One file an endpoint; around all of them lie the `layers`.

mod access;
mod account;
mod answer;
mod app;
mod directory;
mod docs;
mod facilities;
mod gateway;
mod health;
mod http;
mod layers;
mod oauth;
mod open_files;
mod openapi;
mod pictures;
mod problems;
mod request;
mod routes;
mod server;
mod slow_readers;
mod upload_room;
mod well_known;
mod wire;

#[cfg(test)]
mod tests;

pub use openapi::openapi_json;
pub use routes::{Needs, ROUTES, Route};
pub use server::{HttpSettings, Server, block_on};
