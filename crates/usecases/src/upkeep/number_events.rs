use crate::{Failure, Ports};

/// Gives committed events their numbers, where they have none yet. Returns how many; call again while it is not zero.
pub async fn number_events(ports: &Ports) -> Result<u64, Failure> {
    Ok(ports.store.number_events().await?)
}
