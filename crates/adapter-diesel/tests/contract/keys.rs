use roster_ports::{Fingerprint, SealedKey};

use super::people::at;
use super::world::World;

fn key(id: &str, created_at: i64) -> SealedKey {
    SealedKey { id: id.parse().unwrap(), sealed: id.as_bytes().to_vec(), created_at: at(created_at) }
}

pub(crate) fn signing_keys_come_oldest_first(world: &World) {
    for key in [key("b", 2), key("c", 1), key("a", 3)] {
        world.run(move |tx| tx.keys_mut().insert_signing_key(&key));
    }
    assert_eq!(world.read(|tx| tx.keys().signing_keys()), [key("c", 1), key("b", 2), key("a", 3)]);
}

pub(crate) fn fingerprints_are_kept_once(world: &World) {
    for n in [1, 2, 1] {
        world.run(move |tx| tx.keys_mut().insert_fingerprint(Fingerprint([n; 32]), at(i64::from(n))));
    }
    let kept = world.read(|tx| tx.keys().fingerprints());
    assert_eq!(kept, [Fingerprint([1; 32]), Fingerprint([2; 32])]);
}
