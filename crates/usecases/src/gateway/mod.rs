//! What gateways ask before they let a request through to another service.

mod admit;
mod live_policies;

pub use admit::{NotAdmitted, OriginalRequest, admit, ask_for};
pub use live_policies::LivePolicies;
