use roster_domain::{Instant, KeyTerm};
use roster_ports::{Done, SealedKey};
use std::time::Duration;

use super::SecretError;
use crate::Ports;

/// Takes the keys of the store into use for the first time. Makes the first key where there is none, and seals those anew
/// that an older master secret protects.
pub async fn prepare_keys(ports: &Ports) -> Result<(), SecretError> {
    let kept = ports.store.read(|tx| tx.keys().signing_keys()).await?;
    for key in kept {
        if let Some(resealed) = ports.signing_keys.reseal(&key)? {
            replace_seal(ports, resealed).await?;
        }
    }
    let now = ports.clock.now();
    let first = ports.signing_keys.generate(now, now)?;
    ports
        .store
        .write::<(), SecretError>(move |tx| {
            if !tx.keys().signing_keys()?.is_empty() {
                return Ok(Done::Unchanged(()));
            }
            tx.keys_mut().insert_signing_key(&first)?;
            Ok(Done::Bookkeeping(()))
        })
        .await?;
    install_keys(ports).await
}

/// Keeps a key under its new seal, if it is still there.
async fn replace_seal(ports: &Ports, resealed: SealedKey) -> Result<(), SecretError> {
    let replacing = ports.store.write::<(), SecretError>(move |tx| {
        let kept = tx.keys().signing_keys()?.into_iter().find(|key| key.id == resealed.id);
        let Some(kept) = kept else { return Ok(Done::Unchanged(())) };
        tx.keys_mut().update_signing_key(&SealedKey { term: kept.term, ..resealed.clone() })?;
        Ok(Done::Bookkeeping(()))
    });
    Ok(replacing.await?)
}

/// Takes the keys of the store into use as they are now, without those that are over: a key revoked or made elsewhere is
/// refused, or published, from then on. Cheap while nothing changed; call it at least once a second.
pub async fn install_keys(ports: &Ports) -> Result<(), SecretError> {
    let now = ports.clock.now();
    let lifetime = ports.policy.access_token_lifetime;
    let mut keys = kept_keys(ports).await?;
    if keys.iter().any(|key| key.term.longest_token < lifetime) {
        keys = note_lifetime(ports, lifetime).await?;
    }
    ports.signing_keys.install(&living(keys, now))?;
    Ok(())
}

/// Asks where writes are made: however many readers queue, a revoked key is refused in time.
async fn kept_keys(ports: &Ports) -> Result<Vec<SealedKey>, SecretError> {
    let asking = ports.store.write::<_, SecretError>(|tx| Ok(Done::Unchanged(tx.keys().signing_keys()?)));
    Ok(asking.await?)
}

/// Notes in each key how long the tokens live that this instance may sign with it: so long it stays published.
async fn note_lifetime(ports: &Ports, lifetime: Duration) -> Result<Vec<SealedKey>, SecretError> {
    let noting = ports.store.write::<_, SecretError>(move |tx| {
        let mut keys = tx.keys().signing_keys()?;
        for key in keys.iter_mut().filter(|key| key.term.longest_token < lifetime) {
            key.term.longest_token = lifetime;
            tx.keys_mut().update_signing_key(key)?;
        }
        Ok(Done::Bookkeeping(keys))
    });
    Ok(noting.await?)
}

/// The keys that are not over, in their order.
fn living(keys: Vec<SealedKey>, now: Instant) -> Vec<SealedKey> {
    let terms: Vec<KeyTerm> = keys.iter().map(|key| key.term).collect();
    let over = KeyTerm::are_over(&terms, now);
    keys.into_iter().zip(over).filter(|(_, is_over)| !is_over).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, sealed_key};

    fn keeping(kept: Vec<SealedKey>) -> World {
        let mut world = World::new();
        world.tx.keys.expect_signing_keys().returning(move || Ok(kept.clone()));
        world
    }

    #[tokio::test]
    async fn the_first_start_makes_a_key_and_the_next_does_not() {
        for kept in [vec![], vec![sealed_key("old", NOW - 1)]] {
            let made = usize::from(kept.is_empty());
            let mut world = keeping(kept);
            world.signing_keys.expect_reseal().returning(|_| Ok(None));
            world.signing_keys.expect_generate().returning(|_, _| Ok(sealed_key("new", NOW)));
            world.tx.keys_mut.expect_insert_signing_key().times(made).returning(|_| Ok(()));
            world.signing_keys.expect_install().once().returning(|_| Ok(()));
            prepare_keys(&world.ports().0).await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_an_older_secret_seals_is_sealed_anew() {
        let mut world = keeping(vec![sealed_key("old", NOW)]);
        world.signing_keys.expect_generate().returning(|_, _| Ok(sealed_key("new", NOW)));
        world
            .signing_keys
            .expect_reseal()
            .returning(|key| Ok(Some(SealedKey { sealed: vec![2], ..key.clone() })));
        world.tx.keys_mut.expect_update_signing_key().once().returning(|key| {
            assert_eq!((key.id.as_str(), key.sealed.as_slice()), ("old", &[2][..]));
            Ok(())
        });
        world.signing_keys.expect_install().once().returning(|_| Ok(()));
        prepare_keys(&world.ports().0).await.unwrap();
    }

    #[tokio::test]
    async fn keys_that_are_over_are_not_installed() {
        let mut world =
            keeping(vec![sealed_key("over", 0), sealed_key("old", NOW - 360), sealed_key("new", NOW)]);
        world.signing_keys.expect_install().once().returning(|keys| {
            let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
            assert_eq!(ids, ["old", "new"]);
            Ok(())
        });
        install_keys(&world.ports().0).await.unwrap();
    }

    #[tokio::test]
    async fn a_key_knows_the_longest_lifetime_of_its_tokens() {
        let short = KeyTerm { longest_token: Duration::from_secs(1), ..KeyTerm::from(at(NOW)) };
        let mut world = keeping(vec![SealedKey { term: short, ..sealed_key("new", NOW) }]);
        world.tx.keys_mut.expect_update_signing_key().once().returning(|key| {
            assert_eq!(key.term.longest_token, Duration::from_mins(5));
            Ok(())
        });
        world.signing_keys.expect_install().once().returning(|_| Ok(()));
        install_keys(&world.ports().0).await.unwrap();
    }
}
