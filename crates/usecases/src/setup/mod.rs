//! What the command line and a first start do, on behalf of whoever holds the machine.

mod administrator;
mod keys;
mod playground;
mod register_client;

pub use administrator::{Administrator, NewAdministrator, make_administrator};
pub use keys::{SecretError, prepare_signing_keys, recognise_secrets};
pub use playground::{Playground, PlaygroundPerson, make_playground};
pub use register_client::{NewClient, RegisterError, RegisteredClient, register_client};
