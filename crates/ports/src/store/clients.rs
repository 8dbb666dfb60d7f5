use roster_domain::{Client, ClientId, Status};

use super::Stored;
use crate::TokenHash;

/// Reads clients.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadClients {
    /// The client, or `None`.
    fn client(&mut self, id: &ClientId) -> Stored<Option<Client>>;

    /// The hash of the client's secret; `None` for a public client, and for none.
    fn secret(&mut self, id: &ClientId) -> Stored<Option<TokenHash>>;

    /// Every client, ordered by id. There are few.
    fn list(&mut self) -> Stored<Vec<Client>>;
}

/// Writes clients.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteClients {
    /// Registers a client. MUST fail with [`Conflict::ClientIdAlreadyUsed`](super::Conflict) when the id is taken.
    fn insert<'a>(&mut self, client: &Client, secret: Option<&'a TokenHash>) -> Stored<()>;

    /// Enables or disables a client that is on record.
    fn set_status(&mut self, id: &ClientId, status: Status) -> Stored<()>;

    /// Puts another secret in the place of the one of a confidential client.
    fn set_secret(&mut self, id: &ClientId, secret: &TokenHash) -> Stored<()>;

    /// Removes a client that is on record, with whatever sessions it still has: end them before, in pieces.
    fn delete(&mut self, id: &ClientId) -> Stored<()>;
}
