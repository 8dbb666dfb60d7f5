use roster_domain::{Actor, EventKind, KeyChange, KeyTerm, Subject};
use roster_ports::{Abort, Conflict, Done, ImportError, SealedKey, StoreError};
use secrecy::SecretString;
use thiserror::Error;

use crate::{Ports, RequestContext};

/// Why a key was not imported. It never repeats anything of the key.
#[derive(Debug, Error)]
pub enum KeyNotImported {
    /// It is no key that can sign here.
    #[error(transparent)]
    Unfit(#[from] ImportError),
    /// It is there already.
    #[error("holds a key that is imported already")]
    Known,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports a private key in PKCS#8 PEM. What it signed is accepted at once; it signs itself like a rotated one.
pub async fn import_key(
    ports: &Ports,
    context: &RequestContext,
    pem: &SecretString,
) -> Result<SealedKey, KeyNotImported> {
    let now = ports.clock.now();
    let signs_from = KeyTerm::after_announcement(now).signs_from;
    let key = ports.signing_keys.import(pem, now, signs_from)?;
    let stamp = context.stamp(ports, Actor::System);
    let kind = EventKind::KeyRotated(KeyChange::Imported { signs_from });
    let events = stamp.event(Subject::Key(key.id.clone()), kind);
    let imported = key.clone();
    let importing = ports.store.write::<(), KeyNotImported>(move |tx| {
        tx.keys_mut().insert_signing_key(&imported)?;
        Ok(Done::Changed((), events.clone()))
    });
    match importing.await {
        Ok(()) => Ok(key),
        Err(Abort::Store(StoreError::Conflict(Conflict::KeyIdAlreadyUsed))) => Err(KeyNotImported::Known),
        Err(Abort::Store(error)) => Err(error.into()),
        Err(Abort::Refused(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, context, sealed_key};

    #[tokio::test]
    async fn a_key_is_imported_once() {
        for known in [false, true] {
            let mut world = World::new();
            world.signing_keys.expect_import().returning(|_, _, _| Ok(sealed_key("theirs", NOW)));
            world.tx.keys_mut.expect_insert_signing_key().returning(move |_| {
                if known { Err(StoreError::Conflict(Conflict::KeyIdAlreadyUsed)) } else { Ok(()) }
            });
            let (ports, store) = world.ports();
            let imported = import_key(&ports, &context(), &SecretString::from("pem")).await;
            assert_eq!(matches!(imported, Err(KeyNotImported::Known)), known);
            assert_eq!(store.events().len(), usize::from(!known));
        }
    }
}
