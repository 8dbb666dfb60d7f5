use crate::{Failure, Ports};

/// Whether requests can be served: the store answers, and its schema is one that this release can use.
pub async fn ready(ports: &Ports) -> Result<(), Failure> {
    Ok(ports.store.ready().await?)
}
