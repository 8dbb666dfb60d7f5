use roster_domain::{Actor, EventKind, KeyChange, KeyTerm, Subject};
use roster_ports::{Done, SealedKey};

use super::SecretError;
use crate::{Ports, RequestContext};

/// Makes a key that signs as soon as everybody can know of it; the first of all signs at once. Those before it stay
/// published while their tokens live.
pub async fn rotate_keys(ports: &Ports, context: &RequestContext) -> Result<SealedKey, SecretError> {
    let now = ports.clock.now();
    let announced = KeyTerm::after_announcement(now);
    let made = ports.signing_keys.generate(now, announced.signs_from)?;
    let stamp = context.stamp(ports, Actor::System);
    let rotating = ports.store.write::<_, SecretError>(move |tx| {
        let is_first = tx.keys().signing_keys()?.is_empty();
        let term = if is_first { KeyTerm::from(now) } else { announced };
        let key = SealedKey { term, ..made.clone() };
        tx.keys_mut().insert_signing_key(&key)?;
        let kind = EventKind::KeyRotated(KeyChange::Made { signs_from: term.signs_from });
        let events = stamp.event(Subject::Key(key.id.clone()), kind);
        Ok(Done::Changed(key, events))
    });
    Ok(rotating.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, context, sealed_key};

    #[tokio::test]
    async fn a_new_key_is_announced_before_it_signs_unless_it_is_the_first() {
        for (kept, signs_from) in [(vec![], NOW), (vec![sealed_key("old", 0)], NOW + 310)] {
            let mut world = World::new();
            world.tx.keys.expect_signing_keys().returning(move || Ok(kept.clone()));
            world.signing_keys.expect_generate().returning(|_, _| Ok(sealed_key("new", NOW)));
            world.tx.keys_mut.expect_insert_signing_key().once().returning(|_| Ok(()));
            let (ports, store) = world.ports();
            let key = rotate_keys(&ports, &context()).await.unwrap();
            assert_eq!(key.term.signs_from, at(signs_from));
            assert_eq!(store.events().first().unwrap().kind.name(), "key.rotated");
        }
    }
}
