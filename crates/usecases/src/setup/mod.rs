//! What the command line and a first start do, on behalf of whoever holds the machine.

mod administrator;
mod keys;
mod playground;
mod random_password;
mod register_client;

pub use administrator::{Administrator, NewAdministrator, make_administrator};
pub use keys::{SecretError, prepare_signing_keys, recognise_secrets, was_used_with_a_secret};
pub use playground::{Playground, PlaygroundPerson, is_untouched, make_playground, new_facility};
pub use random_password::random_password;
pub use register_client::{NewClient, RegisterError, RegisteredClient, register_client};
