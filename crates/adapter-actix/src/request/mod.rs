//! What comes in: tokens, addresses, queries and bodies, read strictly and in the order in which faults are answered.

mod bearer;
mod body;
mod client_address;
mod context;
mod faults;
mod idempotent;
mod json;
mod media_type;
mod member;
mod path;
mod query;
mod upload;

pub(crate) use bearer::{authenticate, bearer};
pub(crate) use body::{read as read_body, refuse_encoded};
pub(crate) use client_address::TrustedProxies;
pub(crate) use context::context;
pub(crate) use faults::Faults;
pub(crate) use idempotent::read_once;
pub(crate) use json::{JsonBody, read_json, read_json_of_a_standard};
pub(crate) use media_type::has_media_type;
pub(crate) use member::Member;
pub(crate) use path::path_id;
pub(crate) use query::Query;
pub(crate) use upload::upload;
