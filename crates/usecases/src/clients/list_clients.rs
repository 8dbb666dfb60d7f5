use roster_domain::Client;

use crate::{Failure, Ports};

/// Every client, ordered by id.
pub async fn list_clients(ports: &Ports) -> Result<Vec<Client>, Failure> {
    Ok(ports.store.read(|tx| tx.clients().list()).await?)
}
