use roster_domain::{KeyId, KeyTerm, SigningAlgorithm};
use roster_ports::{KeyError, SealedKey, SigningKeys};
use secrecy::SecretString;
use std::time::Duration;

use super::super::signing_key::SigningKey;
use super::{COUNTING, OTHER, at, now, ring};
use crate::{KeyRing, MasterSecrets};

fn generate(ring: &KeyRing) -> SealedKey {
    ring.generate(now(), now()).unwrap()
}

fn imported_rsa(ring: &KeyRing) -> SealedKey {
    let pem = SecretString::from(include_str!("keys/rsa-2048.pem"));
    ring.import(&pem, now(), now()).unwrap()
}

#[test]
fn a_new_key_is_in_use_only_once_installed() {
    let ring = ring(COUNTING);
    let key = ring.generate(now(), at(310)).unwrap();
    assert_eq!((key.created_at, key.term), (now(), KeyTerm::from(at(310))));
    assert_eq!(key.algorithm, SigningAlgorithm::Es256);
    assert_eq!(ring.public_keys(), []);
    assert_eq!(ring.installed().signing_at(at(310)).err(), Some(KeyError::Missing));
    ring.install(std::slice::from_ref(&key)).unwrap();
    assert_eq!(ring.public_keys().iter().map(|public| &public.id).collect::<Vec<_>>(), [&key.id]);
}

#[test]
fn the_key_signs_whose_term_it_is_and_all_are_published() {
    let ring = ring(COUNTING);
    let keys = [generate(&ring), ring.generate(now(), at(310)).unwrap()];
    ring.install(&keys).unwrap();
    let signing = |second| ring.installed().signing_at(at(second)).unwrap().id().clone();
    assert_eq!([-1, 0, 309, 310].map(signing), [0, 0, 0, 1].map(|index| keys[index].id.clone()));
    assert!(ring.installed().find(keys[1].id.as_str()).is_some());
    let published: Vec<_> = ring.public_keys().into_iter().map(|public| public.id).collect();
    assert_eq!(published, [keys[0].id.clone(), keys[1].id.clone()]);
    ring.install(&keys[1..]).unwrap();
    assert!(ring.installed().find(keys[0].id.as_str()).is_none());
    ring.install(&[]).unwrap();
    assert_eq!(ring.public_keys(), []);
}

#[test]
fn installing_the_same_keys_again_changes_nothing() {
    let ring = ring(COUNTING);
    let keys = [generate(&ring), imported_rsa(&ring)];
    ring.install(&keys).unwrap();
    let installed = ring.installed();
    ring.install(&keys).unwrap();
    assert!(std::sync::Arc::ptr_eq(&installed, &ring.installed()));
}

#[test]
fn only_another_set_of_keys_makes_another_generation() {
    let ring = ring(COUNTING);
    let keys = [generate(&ring), generate(&ring)];
    let generation = |keys: &[SealedKey]| {
        ring.install(keys).unwrap();
        ring.installed().generation
    };
    let first = generation(&keys);
    let later = SealedKey { term: KeyTerm::from(at(310)), ..keys[1].clone() };
    assert_eq!(generation(&[keys[0].clone(), later]), first);
    assert_eq!(*ring.installed().signing_at(now()).unwrap().id(), keys[0].id, "the new term counts");
    assert_eq!(generation(&[keys[1].clone(), keys[0].clone()]), first);
    assert_eq!(*ring.installed().signing_at(now()).unwrap().id(), keys[0].id, "so does the new order");
    assert_eq!(generation(&keys[1..]), first + 1);
    assert_eq!(generation(&keys[..1]), first + 2);
    assert_eq!(generation(&keys), first + 3);
}

#[test]
fn a_key_that_is_installed_is_not_opened_again() {
    let ring = ring(COUNTING);
    let (known, new) = (generate(&ring), generate(&ring));
    ring.install(std::slice::from_ref(&known)).unwrap();
    let known = SealedKey { sealed: Vec::new(), ..known };
    assert_eq!(ring.install(&[known, new]), Ok(()));
    assert_eq!(ring.public_keys().len(), 2);
}

#[test]
fn a_sealed_key_opens_under_any_of_the_master_secrets_and_no_other() {
    let key = generate(&ring(COUNTING));
    assert_eq!(ring(&format!("{OTHER},{COUNTING}")).install(std::slice::from_ref(&key)), Ok(()));
    assert_eq!(ring(OTHER).install(&[key]), Err(KeyError::Unreadable));
}

#[test]
fn a_key_that_cannot_be_opened_keeps_no_other_in_use_or_out_of_it() {
    let ring_here = ring(COUNTING);
    let (stolen, new, strange) = (generate(&ring_here), generate(&ring_here), generate(&ring(OTHER)));
    ring_here.install(std::slice::from_ref(&stolen)).unwrap();
    for _ in 0..2 {
        assert_eq!(ring_here.install(&[new.clone(), strange.clone()]), Err(KeyError::Unreadable));
        let published: Vec<_> = ring_here.public_keys().into_iter().map(|public| public.id).collect();
        assert_eq!(published, std::slice::from_ref(&new.id));
        assert_eq!(*ring_here.installed().signing_at(now()).unwrap().id(), new.id);
    }
}

#[test]
fn a_sealed_key_opens_under_its_own_name_alone() {
    let ring = ring(COUNTING);
    let (one, two) = (generate(&ring), generate(&ring));
    let renamed = SealedKey { id: two.id, ..one };
    assert_eq!(ring.install(&[renamed]), Err(KeyError::Unreadable));
}

#[test]
fn a_key_sealed_under_a_strange_name_is_refused() {
    let ring = ring(COUNTING);
    let pkcs8 = SigningKey::generate_pkcs8().unwrap();
    let id: KeyId = "chosen".parse().unwrap();
    let sealed = ring.seal.seal(&id, &pkcs8).unwrap().bytes;
    let sealed = SealedKey { id, sealed, ..generate(&ring) };
    assert_eq!(ring.install(&[sealed]), Err(KeyError::Unreadable));
}

#[test]
fn a_key_on_record_for_another_algorithm_is_refused_also_when_it_was_installed() {
    let ring = ring(COUNTING);
    let key = generate(&ring);
    let other = SealedKey { algorithm: SigningAlgorithm::Rs256, ..key.clone() };
    assert_eq!(ring.install(std::slice::from_ref(&other)), Err(KeyError::Unreadable));
    ring.install(&[key]).unwrap();
    assert_eq!(ring.install(&[other]), Err(KeyError::Unreadable));
}

#[test]
fn every_changed_or_missing_byte_breaks_the_seal_and_installs_nothing() {
    let ring = ring(COUNTING);
    let key = generate(&ring);
    for at in 0..key.sealed.len() {
        let mut changed = key.clone();
        changed.sealed[at] ^= 1;
        assert_eq!(ring.install(&[changed]), Err(KeyError::Unreadable), "byte {at}");
        let cut = SealedKey { sealed: key.sealed[..at].to_vec(), ..key.clone() };
        assert_eq!(ring.install(&[cut]), Err(KeyError::Unreadable), "cut at {at}");
    }
    assert_eq!(ring.public_keys(), []);
}

#[test]
fn the_private_key_is_not_in_what_is_kept() {
    let ring = ring(COUNTING);
    for kept in [generate(&ring), imported_rsa(&ring)] {
        let pkcs8 = ring.seal.open(&kept).unwrap();
        assert!(pkcs8.windows(16).all(|part| !kept.sealed.windows(16).any(|other| other == part)));
    }
}

#[test]
fn a_key_is_sealed_anew_only_under_another_master_secret() {
    let key = generate(&ring(COUNTING));
    let id = |secret: &str| MasterSecrets::parse(&SecretString::from(secret)).unwrap().fingerprints()[0].id();
    assert_eq!(key.sealed_under, id(COUNTING));
    assert_eq!(ring(COUNTING).reseal(&key), Ok(None));

    let both = ring(&format!("{OTHER},{COUNTING}"));
    let term = KeyTerm { longest_token: Duration::from_mins(5), ..key.term };
    let key = SealedKey { term, ..key };
    let resealed = both.reseal(&key).unwrap().unwrap();
    assert_eq!(resealed.sealed_under, id(OTHER));
    assert_eq!(
        SealedKey { sealed: key.sealed.clone(), sealed_under: key.sealed_under, ..resealed.clone() },
        key
    );
    assert_eq!(ring(OTHER).install(std::slice::from_ref(&resealed)), Ok(()));
    assert_eq!(both.reseal(&resealed), Ok(None));
    assert_eq!(ring(OTHER).reseal(&key), Err(KeyError::Unreadable));
}

#[test]
fn a_record_that_names_the_wrong_master_secret_is_sealed_anew() {
    let (ours, theirs) = (ring(COUNTING), ring(OTHER));
    let both = ring(&format!("{COUNTING},{OTHER}"));
    let (ours, theirs) = (generate(&ours), generate(&theirs));
    let swapped = [
        SealedKey { sealed_under: theirs.sealed_under, ..ours.clone() },
        SealedKey { sealed_under: ours.sealed_under, ..theirs },
    ];
    for key in swapped {
        let resealed = both.reseal(&key).unwrap().unwrap();
        assert_eq!(resealed.sealed_under, ours.sealed_under);
        assert_eq!(ring(COUNTING).install(&[resealed]), Ok(()));
    }
}

#[test]
fn names_of_keys_can_be_given_to_a_command() {
    let ring = ring(COUNTING);
    for _ in 0..200 {
        assert!(!generate(&ring).id.as_str().starts_with('-'));
    }
}
