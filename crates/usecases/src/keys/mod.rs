//! Signing keys, and the master secrets under which they and the passwords lie.

mod import_key;
mod install_keys;
mod list_keys;
mod recognise_secrets;
mod revoke_key;
mod rotate_keys;
mod secret_status;

pub use import_key::{KeyNotImported, import_key};
pub use install_keys::{install_keys, prepare_keys};
pub use list_keys::{KeyState, ListedKey, list_keys};
pub use recognise_secrets::{SecretError, forget_secrets, recognise_secrets, was_used_with_a_secret};
pub use revoke_key::{Revoked, revoke_key};
pub use rotate_keys::rotate_keys;
pub use secret_status::{SecretState, SecretsReport, secret_status};
