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
mod accounts_are_not_told;
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
mod journal;
mod last_administrator;
mod log_lines;
mod login_limits;
mod mass_assignment;
mod oracle;
mod outdated_hashes;
mod outside_oauth_client;
mod outside_openapi;
mod outside_python;
mod outside_revocation;
mod outside_rust;
mod password;
mod passwords_of_others;
mod pictures;
mod published_apis;
mod revocation;
mod roles_and_scopes;
mod settings;
mod ten_thousand;
mod timing_of_client_secrets;
mod timing_of_sign_in;
mod token_forgery;
mod tokens;
mod validation;
mod well_known;
mod what_answers_hold;
