//! Rows as the tables hold them, and the way to and from the domain. A row that stands for nothing is a
//! [`StoreError::BrokenRow`](roster_ports::StoreError).
#![expect(clippy::ref_option_ref, reason = "diesel's derives expand to it")]

mod access;
mod attempts;
mod clients;
mod credentials;
mod events;
mod holdings;
mod keys;
mod past_changes;
mod pictures;
mod replays;
mod sessions;
mod table;
mod users;

pub(crate) use access::{AccessRecord, AccessRow};
pub(crate) use attempts::{AttemptRow, tried_at};
pub(crate) use clients::{ClientRecord, ClientRow, token_hash};
pub(crate) use credentials::{CredentialRow, cost, counted};
pub(crate) use events::{EventRecord, EventRow};
pub(crate) use holdings::{FoundHolding, FoundHoldingSql, holding};
pub(crate) use keys::{SigningKeyRow, fingerprint};
pub(crate) use past_changes::PastChangeRow;
pub(crate) use pictures::{DoomedPictureRow, PictureRecord, format_code, held_name, referenced_name};
pub(crate) use replays::KeptOutcomeRow;
pub(crate) use sessions::{RefreshTokenRow, SessionRecord, SessionRow};
pub(crate) use table::{bytes, micros};
pub(crate) use users::{SignInRow, UserRecord, UserRow, entry};
