//! What the tests of the whole service share: the real binary on a data folder of its own, and people who call it.
//!
//! A test reads like a sentence: [`Service::start`] a service, let its [`administrator`](Service::administrator) or some
//! [`user`](Service::user) call it, and look at the [`Answer`], the [`Log`] or the [`Database`]. Whatever goes wrong here
//! panics, with what was expected, since that is how a test fails.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a harness fails its test by panicking"
)]
#![expect(clippy::disallowed_methods, reason = "a test need not be repeatable in the names that it invents")]

mod actor;
mod answer;
mod binary;
mod bystander;
mod chaos_proxy;
mod client;
mod contents;
mod crowd;
mod database;
mod dice;
mod engine;
mod faults;
mod gateway;
mod haproxy;
mod home;
mod http;
mod log;
mod memory;
mod missing;
mod open_files;
mod parallel;
mod people;
mod picture;
mod postgres_server;
mod power_loss;
mod preload;
mod raw;
mod replicas;
mod report;
mod server_database;
mod server_sql;
mod service;
mod small_disk;
mod template;
mod timing;
mod token;
mod upstream;
mod wait;

pub use actor::Actor;
pub use answer::Answer;
pub use binary::{Finished, Roster, is_long_run};
pub use bystander::Bystander;
pub use chaos_proxy::{ChaosProxy, Weather};
pub use client::ClientCredentials;
pub use contents::Contents;
pub use crowd::{Crowd, Dispersed, knock};
pub use database::Database;
pub use dice::Dice;
pub use engine::Engine;
pub use faults::{Calls, Error, Faults};
pub use gateway::{Gateway, GatewayOptions, GatewayProgram};
pub use haproxy::HaProxy;
pub use home::{Home, PUBLIC_URL};
pub use http::{Body, Http};
pub use log::Log;
pub use memory::Memory;
pub use missing::{needed_outside_program, needed_program};
pub use open_files::allow_many_files;
pub use parallel::at_once;
pub use people::invented;
pub use picture::{Form, Picture};
pub use postgres_server::PostgresServer;
pub use power_loss::{Disk, Flushes, Recorder, Recording};
pub use raw::{RawAnswer, RawSocket};
pub use replicas::{Replicas, SECRET};
pub use report::report;
pub use server_database::ServerDatabase;
pub use server_sql::ServerSql;
pub use service::{Service, ServiceOptions};
pub use small_disk::SmallDisk;
pub use template::{
    ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, ALL_SCOPES, CLIENT, data_folder, data_folder_in,
};
pub use timing::{how_often_longer, median_milliseconds};
pub use token::{claims_of, header_of};
pub use upstream::{Arrived, Upstream};
pub use wait::{assert_in_time, eventually, let_pass, promised, within, within_a_second};
