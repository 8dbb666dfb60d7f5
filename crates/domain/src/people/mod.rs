//! People: what is known of each, and how it may change.

mod change;
mod user;

pub use change::{Administration, Patch, UserChange};
pub use user::{DirectoryEntry, EmailVerification, NewUser, SignIns, Status, User};
