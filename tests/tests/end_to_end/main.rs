//! The whole service, from outside: the real binary, its HTTP, its commands, and the files that it leaves behind.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![expect(clippy::format_collect, reason = "a test need not save an allocation")]

mod account;
mod account_commands;
mod authorisation;
mod authorize;
mod beside_the_service;
mod client_commands;
mod clock;
mod commands;
mod contention;
mod conventions;
mod dev;
mod directory;
mod directory_list;
mod docs_page;
mod every_route;
mod facilities;
mod framing;
mod idempotency;
mod imported_keys;
mod introspect;
mod journal;
mod keys;
mod last_administrator;
mod oracle;
mod outside_oauth_client;
mod outside_openapi;
mod outside_python;
mod outside_revocation;
mod outside_rust;
mod overload;
mod password;
mod pictures;
mod published_apis;
mod refresh;
mod revocation;
mod revoke;
mod secrets;
mod sessions;
mod settings;
mod shutdown;
mod soak;
mod ten_thousand;
mod token_forgery;
mod tokens;
mod validation;
mod well_known;
