use roster_ports::PublicKey;

use crate::Ports;

/// The public keys with which anybody can verify access tokens.
pub fn publish_keys(ports: &Ports) -> Vec<PublicKey> {
    ports.signing_keys.public_keys()
}
