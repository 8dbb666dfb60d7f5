use roster_domain::{Client, ClientId};

use super::Stored;
use crate::TokenHash;

/// Reads clients.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadClients {
    /// The client, or `None`.
    fn client(&mut self, id: &ClientId) -> Stored<Option<Client>>;

    /// The hash of the client's secret; `None` for a public client, and for none.
    fn secret(&mut self, id: &ClientId) -> Stored<Option<TokenHash>>;
}

/// Writes clients.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteClients {
    /// Registers a client. MUST fail with [`Conflict::ClientIdAlreadyUsed`](super::Conflict) when the id is taken.
    fn insert<'a>(&mut self, client: &Client, secret: Option<&'a TokenHash>) -> Stored<()>;
}
