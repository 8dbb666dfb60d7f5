use roster_ports::{Abort, Done, Fingerprint, KeyError, StoreError};
use thiserror::Error;

use crate::Ports;

/// Why the service cannot use its keys.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The database was used with other master secrets: every password and key of it would be refused.
    #[error("none of the master secrets is one that this database was used with")]
    Strange,
    /// The keys cannot be made or read.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Abort<Self>> for SecretError {
    fn from(abort: Abort<Self>) -> Self {
        match abort {
            Abort::Refused(error) => error,
            Abort::Store(error) => error.into(),
        }
    }
}

/// Checks that this database knows one of the master secrets, and makes the first of them known to it.
pub async fn recognise_secrets(ports: &Ports, fingerprints: &[Fingerprint]) -> Result<(), SecretError> {
    let now = ports.clock.now();
    let ours = fingerprints.to_vec();
    ports
        .store
        .write(move |tx| {
            let known = tx.keys().fingerprints()?;
            if !known.is_empty() && !ours.iter().any(|fingerprint| known.contains(fingerprint)) {
                return Err(Abort::Refused(SecretError::Strange));
            }
            match ours.first().filter(|current| !known.contains(current)) {
                None => Ok(Done::Unchanged(())),
                Some(current) => {
                    tx.keys_mut().insert_fingerprint(*current, now)?;
                    Ok(Done::Bookkeeping(()))
                }
            }
        })
        .await?;
    Ok(())
}

/// Takes the signing keys of the store into use; makes the first one where there is none.
pub async fn prepare_signing_keys(ports: &Ports) -> Result<(), SecretError> {
    let first = ports.signing_keys.generate(ports.clock.now())?;
    let keys = ports
        .store
        .write::<_, SecretError>(move |tx| {
            let keys = tx.keys().signing_keys()?;
            if !keys.is_empty() {
                return Ok(Done::Unchanged(keys));
            }
            tx.keys_mut().insert_signing_key(&first)?;
            Ok(Done::Bookkeeping(vec![first.clone()]))
        })
        .await?;
    ports.signing_keys.install(&keys)?;
    Ok(())
}
