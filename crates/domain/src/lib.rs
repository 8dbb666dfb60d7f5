//! Roster's people, roles, scopes, facility access, and the rules that decide over them.
//!
//! Pure: no I/O, no clock, no randomness, no async. Whoever needs a decision passes in the time and the facts;
//! the same facts give the same answer in Roster itself and in every service that embeds this crate.
//!
//! With the feature `serde`, ids, names, roles and scopes are written as their text and read by their own rules.
//!
//! Start at [`permission`] for who may call what, at [`Holding`] and its [`Grant`] for who may do what at a facility, at
//! [`gateway`] for what may pass to other services.

mod access;
mod access_history;
mod actor;
mod clients;
mod event;
mod fault;
mod folding;
pub mod gateway;
mod holding;
mod idempotency_key;
mod ids;
mod login_limits;
mod people;
pub mod permission;
mod roles;
mod scopes;
mod sessions;
mod signing_keys;
#[cfg(feature = "serde")]
mod text_form;
mod values;

pub use access::{Access, ActionName, Actions, Expiry, ExpiryChange, Grant, NoAccess};
pub use access_history::PastChange;
pub use actor::{Actor, PrincipalId, RequestId, Subject};
pub use clients::{Client, ClientKind, GrantType, GrantTypes, Trust};
pub use event::{AccessChange, Event, EventKind, Events, Happened, KeyChange, Stamp};
pub use fault::Fault;
pub use folding::{FOLDING_VERSION, NameKey, SearchWords, fold};
pub use holding::{AccessDenial, Holding};
pub use idempotency_key::{IdempotencyKey, NotAnIdempotencyKey};
pub use ids::{
    AttemptId, ClientId, EventId, FacilityId, GroupId, KeyId, SessionId, TokenId, UserId, WorkspaceId,
};
pub use login_limits::LoginLimits;
pub use people::{
    Administration, DirectoryEntry, EmailVerification, NewUser, Patch, SignIns, Status, User, UserChange,
};
pub use roles::{Role, Roles};
pub use scopes::{Scope, Scopes};
pub use sessions::{AccessToken, Session};
pub use signing_keys::{KeyTerm, SigningAlgorithm};
pub use values::{
    Description, Email, EmailKey, JobTitle, LanguageTag, Password, PersonName, PersonalWords, PhoneNumber,
    PictureFormat, PictureName,
};

/// A moment in UTC. Roster keeps and answers milliseconds; clocks hand out nothing finer.
pub type Instant = chrono::DateTime<chrono::Utc>;
