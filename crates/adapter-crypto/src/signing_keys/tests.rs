use super::*;
use secrecy::SecretString;

const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn ring(secrets: &str) -> KeyRing {
    KeyRing::new(&MasterSecrets::parse(&SecretString::from(secrets.to_owned())).unwrap())
}

fn now() -> Instant {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

#[test]
fn a_new_key_is_in_use_only_once_installed() {
    let ring = ring(COUNTING);
    let key = ring.generate(now()).unwrap();
    assert_eq!(key.created_at, now());
    assert_eq!(ring.public_keys(), []);
    assert_eq!(ring.installed().current().err(), Some(KeyError::Missing));
    ring.install(std::slice::from_ref(&key)).unwrap();
    assert_eq!(ring.public_keys().iter().map(|public| &public.id).collect::<Vec<_>>(), [&key.id]);
}

#[test]
fn the_last_key_signs_and_all_are_published() {
    let ring = ring(COUNTING);
    let keys = [ring.generate(now()).unwrap(), ring.generate(now()).unwrap()];
    ring.install(&keys).unwrap();
    assert_eq!(*ring.installed().current().unwrap().id(), keys[1].id);
    assert!(ring.installed().find(keys[0].id.as_str()).is_some());
    assert_eq!(ring.public_keys().len(), 2);
    ring.install(&keys[1..]).unwrap();
    assert!(ring.installed().find(keys[0].id.as_str()).is_none());
    ring.install(&[]).unwrap();
    assert_eq!(ring.public_keys(), []);
}

#[test]
fn installing_the_same_keys_again_changes_nothing() {
    let ring = ring(COUNTING);
    let keys = [ring.generate(now()).unwrap(), ring.generate(now()).unwrap()];
    ring.install(&keys).unwrap();
    let generation = ring.installed().generation;
    ring.install(&keys).unwrap();
    assert_eq!(ring.installed().generation, generation);
    let turned = [keys[1].clone(), keys[0].clone()];
    ring.install(&turned).unwrap();
    assert_ne!(ring.installed().generation, generation);
}

#[test]
fn a_sealed_key_opens_under_any_of_the_master_secrets_and_no_other() {
    let key = ring(COUNTING).generate(now()).unwrap();
    assert_eq!(ring(&format!("{OTHER},{COUNTING}")).install(std::slice::from_ref(&key)), Ok(()));
    assert_eq!(ring(OTHER).install(&[key]), Err(KeyError::Unreadable));
}

#[test]
fn a_sealed_key_opens_under_its_own_name_alone() {
    let ring = ring(COUNTING);
    let (one, two) = (ring.generate(now()).unwrap(), ring.generate(now()).unwrap());
    let renamed = SealedKey { id: two.id, ..one };
    assert_eq!(ring.install(&[renamed]), Err(KeyError::Unreadable));
}

#[test]
fn a_key_sealed_under_a_strange_name_is_refused() {
    let ring = ring(COUNTING);
    let pkcs8 = SigningKey::generate_pkcs8().unwrap();
    let sealed = ring.seal.seal("chosen".parse().unwrap(), &pkcs8, now()).unwrap();
    assert_eq!(ring.install(&[sealed]), Err(KeyError::Unreadable));
}

#[test]
fn every_changed_or_missing_byte_breaks_the_seal_and_installs_nothing() {
    let ring = ring(COUNTING);
    let key = ring.generate(now()).unwrap();
    for at in 0..key.sealed.len() {
        let mut changed = key.clone();
        changed.sealed[at] ^= 1;
        assert_eq!(ring.install(&[key.clone(), changed]), Err(KeyError::Unreadable), "byte {at}");
        let cut = SealedKey { sealed: key.sealed[..at].to_vec(), ..key.clone() };
        assert_eq!(ring.install(&[cut]), Err(KeyError::Unreadable), "cut at {at}");
    }
    assert_eq!(ring.public_keys(), []);
}

#[test]
fn the_private_key_is_not_in_what_is_kept() {
    let ring = ring(COUNTING);
    let kept = ring.generate(now()).unwrap();
    let pkcs8 = ring.seal.open(&kept).unwrap();
    assert!(pkcs8.windows(16).all(|part| !kept.sealed.windows(16).any(|other| other == part)));
}

#[test]
fn names_of_keys_can_be_given_to_a_command() {
    let ring = ring(COUNTING);
    for _ in 0..200 {
        assert!(!ring.generate(now()).unwrap().id.as_str().starts_with('-'));
    }
}
