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
mod authorisation;
mod authorize;
mod commands;
mod contention;
mod conventions;
mod dev;
mod directory;
mod directory_list;
mod docs_page;
mod facilities;
mod framing;
mod idempotency;
mod journal;
mod last_administrator;
mod oracle;
mod outside_oauth_client;
mod outside_openapi;
mod outside_python;
mod outside_revocation;
mod outside_rust;
mod password;
mod picture_attacks;
mod picture_uploads;
mod pictures;
mod published_apis;
mod revocation;
mod settings;
mod ten_thousand;
mod token_forgery;
mod tokens;
mod validation;
mod well_known;
