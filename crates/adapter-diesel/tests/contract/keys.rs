use roster_domain::{KeyTerm, SigningAlgorithm};
use roster_ports::{Conflict, Fingerprint, SealedKey, StoreError};
use std::time::Duration;

use super::people::at;
use super::world::World;

fn key(id: &str, signs_from: i64) -> SealedKey {
    SealedKey {
        id: id.parse().unwrap(),
        algorithm: SigningAlgorithm::Es256,
        sealed: id.as_bytes().to_vec(),
        sealed_under: Fingerprint([7; 32]).id(),
        created_at: at(0),
        term: KeyTerm::from(at(signs_from)),
    }
}

impl World {
    fn insert_key(&self, key: &SealedKey) {
        let key = key.clone();
        self.run(move |tx| tx.keys_mut().insert_signing_key(&key));
    }

    fn signing_keys(&self) -> Vec<SealedKey> {
        self.read(|tx| tx.keys().signing_keys())
    }

    fn fingerprints(&self) -> Vec<Fingerprint> {
        self.read(|tx| tx.keys().fingerprints())
    }
}

/// Differs from a plain key in everything but its id.
fn imported(id: &str) -> SealedKey {
    SealedKey {
        algorithm: SigningAlgorithm::Rs256,
        sealed: vec![0, 255, 1],
        sealed_under: Fingerprint([0xAB; 32]).id(),
        created_at: at(3),
        term: KeyTerm { signs_from: at(5), longest_token: Duration::from_micros(86_400_000_001) },
        ..key(id, 0)
    }
}

pub(crate) fn a_signing_key_reads_back(world: &World) {
    world.insert_key(&imported("a"));
    assert_eq!(world.signing_keys(), [imported("a")]);
}

pub(crate) fn signing_keys_come_in_the_order_in_which_they_begin_to_sign(world: &World) {
    let older = |key: SealedKey| SealedKey { created_at: at(-1), ..key };
    let all = [key("c", 1), older(key("z", 2)), key("b", 2), key("d", 2), older(key("a", 3))];
    for key in all.iter().rev() {
        world.insert_key(key);
    }
    assert_eq!(world.signing_keys(), all, "by instant, then the one that was made first, then by id");
}

pub(crate) fn a_taken_key_id_conflicts(world: &World) {
    world.insert_key(&key("a", 1));
    let ended = world.try_do(|tx| tx.keys_mut().insert_signing_key(&imported("a")));
    assert!(matches!(ended, Err(StoreError::Conflict(Conflict::KeyIdAlreadyUsed))));
    assert_eq!(world.signing_keys(), [key("a", 1)]);
}

pub(crate) fn another_key_of_one_id_replaces_it(world: &World) {
    for key in [key("a", 1), key("b", 9)] {
        world.insert_key(&key);
    }
    world.run(|tx| tx.keys_mut().update_signing_key(&imported("a")));
    assert_eq!(world.signing_keys(), [imported("a"), key("b", 9)]);
    let ended = world.try_do(|tx| tx.keys_mut().update_signing_key(&key("none", 1)));
    assert!(matches!(ended, Err(StoreError::Failed(_))));
    assert_eq!(world.signing_keys().len(), 2);
}

pub(crate) fn a_forgotten_signing_key_is_gone(world: &World) {
    for key in [key("a", 1), key("b", 2)] {
        world.insert_key(&key);
    }
    world.run(|tx| tx.keys_mut().delete_signing_key(&key("a", 1).id));
    assert_eq!(world.signing_keys(), [key("b", 2)]);
    let ended = world.try_do(|tx| tx.keys_mut().delete_signing_key(&key("a", 1).id));
    assert!(matches!(ended, Err(StoreError::Failed(_))));
    world.insert_key(&key("a", 3));
}

pub(crate) fn fingerprints_are_kept_once(world: &World) {
    for n in [1, 2, 1] {
        world.run(move |tx| tx.keys_mut().insert_fingerprint(Fingerprint([n; 32]), at(i64::from(n))));
    }
    assert_eq!(world.fingerprints(), [Fingerprint([1; 32]), Fingerprint([2; 32])]);
}

pub(crate) fn a_fingerprint_is_forgotten_as_often_as_asked(world: &World) {
    for n in [1, 2] {
        world.run(move |tx| tx.keys_mut().insert_fingerprint(Fingerprint([n; 32]), at(0)));
    }
    for _ in 0..2 {
        world.run(|tx| tx.keys_mut().delete_fingerprint(Fingerprint([1; 32])));
        assert_eq!(world.fingerprints(), [Fingerprint([2; 32])]);
    }
}
