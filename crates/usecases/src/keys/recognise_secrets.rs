use roster_ports::{Abort, Done, Fingerprint, KeyError, SecretId, Store, StoreError};
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

/// Forgets the master secrets that are not given any more and on which nothing hangs. Returns those on which passwords
/// or keys still hang, which nobody can use.
pub async fn forget_secrets(ports: &Ports, given: &[Fingerprint]) -> Result<Vec<SecretId>, SecretError> {
    let given = given.to_vec();
    let missed = ports
        .store
        .write::<_, SecretError>(move |tx| {
            let known = tx.keys().fingerprints()?;
            let mut missed = Vec::new();
            let mut forgot = false;
            for fingerprint in known.into_iter().filter(|known| !given.contains(known)) {
                let id = fingerprint.id();
                let seals = tx.keys().signing_keys()?.iter().any(|key| key.sealed_under == id);
                if seals || tx.credentials().any_of_secret(id)? {
                    missed.push(id);
                } else {
                    tx.keys_mut().delete_fingerprint(fingerprint)?;
                    forgot = true;
                }
            }
            Ok(if forgot { Done::Bookkeeping(missed) } else { Done::Unchanged(missed) })
        })
        .await?;
    Ok(missed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::World;

    #[tokio::test]
    async fn a_secret_is_forgotten_when_it_is_not_given_and_nothing_hangs_on_it() {
        let (given, idle, used) = (Fingerprint([1; 32]), Fingerprint([2; 32]), Fingerprint([3; 32]));
        let mut world = World::new();
        world.tx.keys.expect_fingerprints().returning(move || Ok(vec![given, idle, used]));
        world.tx.keys.expect_signing_keys().returning(|| Ok(Vec::new()));
        world.tx.credentials.expect_any_of_secret().returning(move |id| Ok(id == used.id()));
        world.tx.keys_mut.expect_delete_fingerprint().once().returning(move |fingerprint| {
            assert_eq!(fingerprint, idle);
            Ok(())
        });
        assert_eq!(forget_secrets(&world.ports().0, &[given]).await.unwrap(), [used.id()]);
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
