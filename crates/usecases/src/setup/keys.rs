use roster_ports::{Abort, Done, Fingerprint, KeyError, Store, StoreError};
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

/// Whether the store was used with a master secret already, so that none may be made for it.
pub async fn was_used_with_a_secret(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(!store.read(|tx| tx.keys().fingerprints()).await?.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at};
    use roster_ports::SealedKey;

    fn key(id: &str) -> SealedKey {
        SealedKey { id: id.parse().unwrap(), sealed: vec![1], created_at: at(0) }
    }

    #[tokio::test]
    async fn the_first_start_makes_a_key_and_the_next_uses_it() {
        for (kept, installed) in [(vec![], "new"), (vec![key("old")], "old")] {
            let mut world = World::new();
            world.signing_keys.expect_generate().returning(|_| Ok(key("new")));
            let made = usize::from(kept.is_empty());
            world.tx.keys.expect_signing_keys().returning(move || Ok(kept.clone()));
            world.tx.keys_mut.expect_insert_signing_key().times(made).returning(|_| Ok(()));
            world.signing_keys.expect_install().once().returning(move |keys| {
                assert_eq!(keys, [key(installed)]);
                Ok(())
            });
            prepare_signing_keys(&world.ports().0).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_strangers_secret_is_refused_and_a_new_first_one_made_known() {
        let (known, new) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        for (stored, ours, inserted, accepted) in [
            (vec![], vec![new], 1, true),
            (vec![known], vec![known], 0, true),
            (vec![known], vec![new, known], 1, true),
            (vec![known], vec![new], 0, false),
        ] {
            let mut world = World::new();
            world.tx.keys.expect_fingerprints().returning(move || Ok(stored.clone()));
            world.tx.keys_mut.expect_insert_fingerprint().times(inserted).returning(|_, _| Ok(()));
            let answer = recognise_secrets(&world.ports().0, &ours).await;
            assert_eq!(answer.is_ok(), accepted);
        }
    }
}
