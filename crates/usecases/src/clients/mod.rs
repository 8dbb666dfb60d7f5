//! Clients of the token endpoint: what whoever holds the machine does with them.

mod change_client;
mod delete_client;
mod list_clients;
mod register_client;

pub use change_client::{disable_client, enable_client, rotate_client_secret};
pub use delete_client::delete_client;
pub use list_clients::list_clients;
pub use register_client::{NewClient, RegisterError, RegisteredClient, register_client};
