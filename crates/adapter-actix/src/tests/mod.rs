//! The service in process, over mocks of the ports.

mod cors;
mod failures;
mod fixture;
mod gateway;
mod public_keys;
mod reference;
mod request_ids;
mod routing;
mod serving;
mod token_clients;
mod token_endpoint;
mod token_questions;
