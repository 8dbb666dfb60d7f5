use roster_domain::{Actor, EventKind, Instant, KeyChange, KeyId, KeyTerm, Stamp, Subject};
use roster_ports::{Abort, Done, SealedKey, WriteTx};

use super::SecretError;
use crate::{Ports, RequestContext};

/// What revoking a key led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// There is no such key.
    Unknown,
    /// It is gone, and whatever it signed is refused; another one signs.
    Gone {
        /// The key that signs from now on.
        signing: KeyId,
    },
}

/// Takes a key out of use at once: for one that was stolen. Where no other key signs yet, the next one begins before its
/// time, or a new one is made, since nobody else may be made to wait.
pub async fn revoke_key(ports: &Ports, context: &RequestContext, id: &KeyId) -> Result<Revoked, SecretError> {
    let now = ports.clock.now();
    let revocation = Revocation {
        id: id.clone(),
        spare: ports.signing_keys.generate(now, now)?,
        now,
        stamp: context.stamp(ports, Actor::System),
    };
    Ok(ports.store.write(move |tx| revocation.run(tx)).await?)
}

struct Revocation {
    id: KeyId,
    spare: SealedKey,
    now: Instant,
    stamp: Stamp,
}

impl Revocation {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<Revoked>, Abort<SecretError>> {
        let (stolen, left): (Vec<_>, Vec<_>) =
            tx.keys().signing_keys()?.into_iter().partition(|key| key.id == self.id);
        if stolen.is_empty() {
            return Ok(Done::Unchanged(Revoked::Unknown));
        }
        tx.keys_mut().delete_signing_key(&self.id)?;
        let begun = left.iter().rfind(|key| key.term.signs_from <= self.now);
        let (signing, change) = match (begun, left.first()) {
            (Some(begun), _) => (begun.id.clone(), None),
            (None, Some(next)) => (self.begin_early(tx, next)?, None),
            (None, None) => {
                tx.keys_mut().insert_signing_key(&self.spare)?;
                let kind = EventKind::KeyRotated(KeyChange::Made { signs_from: self.now });
                (self.spare.id.clone(), Some((Subject::Key(self.spare.id.clone()), kind)))
            }
        };
        let revoked = (Subject::Key(self.id.clone()), EventKind::KeyRotated(KeyChange::Revoked));
        Ok(Done::Changed(Revoked::Gone { signing }, self.stamp.events_of(revoked, change)))
    }

    fn begin_early(&self, tx: &mut dyn WriteTx, next: &SealedKey) -> Result<KeyId, Abort<SecretError>> {
        let term = KeyTerm { signs_from: self.now, ..next.term };
        tx.keys_mut().update_signing_key(&SealedKey { term, ..next.clone() })?;
        Ok(next.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, context, sealed_key};

    async fn revoke(mut world: World, kept: Vec<SealedKey>, id: &str) -> (Revoked, usize) {
        world.tx.keys.expect_signing_keys().returning(move || Ok(kept.clone()));
        world.signing_keys.expect_generate().returning(|_, _| Ok(sealed_key("spare", NOW)));
        let (ports, store) = world.ports();
        let revoked = revoke_key(&ports, &context(), &id.parse().unwrap()).await.unwrap();
        (revoked, store.events().len())
    }

    fn gone(signing: &str) -> Revoked {
        Revoked::Gone { signing: signing.parse().unwrap() }
    }

    #[tokio::test]
    async fn another_key_that_signs_already_goes_on() {
        let mut world = World::new();
        world.tx.keys_mut.expect_delete_signing_key().once().returning(|_| Ok(()));
        let kept = vec![sealed_key("old", 0), sealed_key("new", NOW)];
        assert_eq!(revoke(world, kept, "new").await, (gone("old"), 1));
    }

    #[tokio::test]
    async fn the_next_key_begins_before_its_time() {
        let mut world = World::new();
        world.tx.keys_mut.expect_delete_signing_key().once().returning(|_| Ok(()));
        world.tx.keys_mut.expect_update_signing_key().once().returning(|key| {
            assert_eq!((key.id.as_str(), key.term.signs_from), ("next", crate::fixture::at(NOW)));
            Ok(())
        });
        let kept = vec![sealed_key("stolen", 0), sealed_key("next", NOW + 9)];
        assert_eq!(revoke(world, kept, "stolen").await, (gone("next"), 1));
    }

    #[tokio::test]
    async fn the_only_key_is_followed_by_a_new_one() {
        let mut world = World::new();
        world.tx.keys_mut.expect_delete_signing_key().once().returning(|_| Ok(()));
        world.tx.keys_mut.expect_insert_signing_key().once().returning(|_| Ok(()));
        assert_eq!(revoke(world, vec![sealed_key("stolen", 0)], "stolen").await, (gone("spare"), 2));
    }

    #[tokio::test]
    async fn an_unknown_key_changes_nothing() {
        let (revoked, events) = revoke(World::new(), vec![sealed_key("a", 0)], "b").await;
        assert_eq!((revoked, events), (Revoked::Unknown, 0));
    }
}
