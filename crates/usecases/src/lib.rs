//! Roster's actions, one file each: the only place that decides, and the only caller of the ports.
//!
//! Every action is a function over [`Ports`]: it takes who calls, the [`RequestContext`], and values that are parsed
//! already. What an action writes it writes in one transaction, with the permit made inside of it. A look at the same
//! right before that only answers early: what counts is the permit inside.
//!
//! - [`account`]: what people do with their own account
//! - [`directory`]: the organisation's people
//! - [`facilities`]: who may do what at a facility
//! - [`decisions`]: whether somebody may do something at a facility, and who, where and what may
//! - [`sign_in`]: tokens and who is behind them
//! - [`gateway`]: what gateways ask about requests to other services
//! - [`clients`]: the clients of the token endpoint
//! - [`keys`]: signing keys and master secrets
//! - [`setup`]: what the command line and a first start do with people
//! - [`upkeep`]: background duties
//! - [`safekeeping`]: backups, and looking whether everything is whole
//! - [`values`]: values that only the world can read, parsed once at the edge

pub mod account;
pub mod clients;
pub mod decisions;
pub mod directory;
pub mod facilities;
pub mod gateway;
pub mod keys;
pub mod safekeeping;
pub mod setup;
pub mod sign_in;
pub mod upkeep;
pub mod values;

#[cfg(test)]
mod fixture;

mod context;
mod idempotency;
mod paging;
mod ports;
mod refused;

pub use context::{ExpectedVersion, RequestContext, fresh_request_id};
pub use idempotency::Once;
pub use paging::Page;
pub use ports::{Policy, Ports};
pub use refused::{Failure, Place, Refused};
