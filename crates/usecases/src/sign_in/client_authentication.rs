use roster_domain::{Client, ClientId, ClientKind, Status};
use roster_ports::TokenHash;
use secrecy::{ExposeSecret, SecretString};

use super::TokenError;
use crate::Ports;

/// How a client names and proves itself (RFC 6749 §2.3).
#[derive(Debug)]
pub struct ClientAuthentication {
    /// The `client_id`, as sent.
    pub id: String,
    /// The secret, where one was sent.
    pub secret: Option<SecretString>,
}

/// Finds the client that asks: it must be enabled, and prove itself where it can.
pub(super) async fn authenticate_client(
    ports: &Ports,
    claimed: &ClientAuthentication,
) -> Result<Client, TokenError> {
    let id: ClientId = claimed.id.parse().map_err(|_| TokenError::InvalidClient)?;
    let found =
        ports.store.read(move |tx| Ok((tx.clients().client(&id)?, tx.clients().secret(&id)?))).await?;
    let (Some(client), kept) = found else { return Err(TokenError::InvalidClient) };
    let proven = match client.kind {
        ClientKind::Public => claimed.secret.is_none(),
        ClientKind::Confidential => secret_is_right(ports, claimed.secret.as_ref(), kept),
    };
    if proven && client.status == Status::Enabled { Ok(client) } else { Err(TokenError::InvalidClient) }
}

fn secret_is_right(ports: &Ports, presented: Option<&SecretString>, kept: Option<TokenHash>) -> bool {
    match (presented, kept) {
        (Some(presented), Some(kept)) => ports.opaque_tokens.matches(presented.expose_secret(), &kept),
        _ => false,
    }
}
