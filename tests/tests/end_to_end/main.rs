//! The whole service, from outside: the real binary, its HTTP, its commands, and what it leaves behind.
//!
//! `ROSTER_TEST_DATABASE` says on which database. What chooses its databases itself is in `on_sqlite`, `on_postgres` and
//! `on_both`, and need not run for each.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![expect(clippy::format_collect, reason = "a test need not save an allocation")]

mod access_then;
mod access_why;
mod account;
mod account_commands;
mod accounts_are_not_told;
mod authorisation;
mod authorize;
mod authzen;
mod beside_the_service;
mod client_commands;
mod clock;
mod commands;
mod contention;
mod conventions;
mod database_check;
mod dev;
mod directory;
mod directory_list;
mod docs_page;
mod every_route;
mod facilities;
mod framing;
mod gateway_policies;
mod gateways;
mod idempotency;
mod imported_keys;
mod introspect;
mod journal;
mod keys;
mod last_administrator;
mod log_lines;
mod login_limits;
mod mass_assignment;
mod model;
mod on_both;
mod on_postgres;
mod on_sqlite;
mod one_history;
mod one_rule;
mod oracle;
mod outdated_hashes;
mod outside_oauth_client;
mod outside_openapi;
mod outside_python;
mod outside_revocation;
mod outside_rust;
mod overload;
mod password;
mod passwords_of_others;
mod picture_attacks;
mod picture_uploads;
mod pictures;
mod published_apis;
mod refresh;
mod revocation;
mod revoke;
mod roles_and_scopes;
mod secrets;
mod sessions;
mod settings;
mod shutdown;
mod slow_clients;
mod soak;
mod ten_thousand;
mod timing_of_client_secrets;
mod timing_of_sign_in;
mod token_forgery;
mod tokens;
mod validation;
mod well_known;
mod what_answers_hold;
