//! Keys that openssl made, as people bring them.

use pkcs8::{LineEnding, SecretDocument};
use proptest::prelude::*;
use roster_domain::{KeyTerm, SigningAlgorithm};
use roster_ports::{ImportError, SealedKey, SigningKeys};
use rstest::rstest;
use secrecy::SecretString;

use super::super::document;
use super::{COUNTING, at, now, ring};

const EC: &str = include_str!("keys/ec-p256.pem");
const RSA: &str = include_str!("keys/rsa-2048.pem");

fn import(pem: &str) -> Result<SealedKey, ImportError> {
    ring(COUNTING).import(&SecretString::from(pem), now(), at(310))
}

#[rstest]
#[case::ec(EC, SigningAlgorithm::Es256, "pK0vZDPXUKZcHFH7v9-rg6CLM9lJl3dZ3KuG2AaIxYg")]
#[case::rsa(RSA, SigningAlgorithm::Rs256, "jbtBZ-YV1xjpwUI_vziHnmikDKLSVqHhNYDQlHI5Goo")]
#[case::longer(
    include_str!("keys/rsa-3072.pem"),
    SigningAlgorithm::Rs256,
    "WQYwmGdaZriA-nfWHOee4bCkch-PxYHwkZXYaYnFQvk"
)]
#[case::longest(
    include_str!("keys/rsa-4096.pem"),
    SigningAlgorithm::Rs256,
    "3U12dkGB4OCxoLEJ9bGkdLlq5gyxqOK46-r_d3Urgb8"
)]
fn a_key_from_outside_is_named_by_its_thumbprint_and_can_be_installed(
    #[case] pem: &str,
    #[case] algorithm: SigningAlgorithm,
    #[case] id: &str,
) {
    let key = import(pem).unwrap();
    assert_eq!((key.id.as_str(), key.algorithm), (id, algorithm));
    assert_eq!((key.created_at, key.term), (now(), KeyTerm::from(at(310))));
    let ring = ring(COUNTING);
    ring.install(std::slice::from_ref(&key)).unwrap();
    assert_eq!(ring.public_keys()[0].id, key.id);
}

#[test]
fn ends_of_lines_and_text_around_do_not_matter() {
    let spelled = [EC.trim_end().to_owned(), EC.replace('\n', "\r\n"), format!("a key\n{EC}\n\n")];
    for pem in spelled {
        assert_eq!(import(&pem).unwrap().id, import(EC).unwrap().id);
    }
}

#[rstest]
#[case::nothing("")]
#[case::words("-----BEGIN PRIVATE KEY-----")]
#[case::no_base64("-----BEGIN PRIVATE KEY-----\n£\n-----END PRIVATE KEY-----\n")]
#[case::no_der("-----BEGIN PRIVATE KEY-----\nYSBrZXk=\n-----END PRIVATE KEY-----\n")]
#[case::encrypted(include_str!("keys/encrypted.pem"))]
#[case::sec1(include_str!("keys/ec-sec1.pem"))]
#[case::pkcs1(include_str!("keys/rsa-pkcs1.pem"))]
#[case::public(include_str!("keys/ec-p256.public.pem"))]
#[case::two(&format!("{EC}{EC}"))]
#[case::two_with_text_between(&format!("{EC}\nand\n{RSA}"))]
#[case::a_public_key_first(&format!("{}{EC}", include_str!("keys/ec-p256.public.pem")))]
#[case::a_public_key_last(&format!("{EC}{}", include_str!("keys/ec-p256.public.pem")))]
#[case::another_label(&EC.replace("PRIVATE", "SECRET"))]
#[case::labels_that_differ(&EC.replace("END PRIVATE", "END SECRET"))]
#[case::headers(&EC.replacen('\n', "\nProc-Type: 4,ENCRYPTED\n\n", 1))]
#[case::cut_short(EC.split_at(100).0)]
fn what_is_not_one_private_key_in_pkcs8_is_refused(#[case] pem: &str) {
    assert_eq!(import(pem).err(), Some(ImportError::NotPkcs8));
}

#[rstest]
#[case::p384(include_str!("keys/ec-p384.pem"))]
#[case::secp256k1(include_str!("keys/ec-secp256k1.pem"))]
#[case::numbers_instead_of_a_curve(include_str!("keys/ec-explicit.pem"))]
#[case::ed25519(include_str!("keys/ed25519.pem"))]
#[case::rsa_pss(include_str!("keys/rsa-pss.pem"))]
#[case::exponent_3(include_str!("keys/rsa-exponent-3.pem"))]
fn keys_of_another_kind_are_refused(#[case] pem: &str) {
    assert_eq!(import(pem).err(), Some(ImportError::Unsupported));
}

#[rstest]
#[case::far_too_short(include_str!("keys/rsa-1024.pem"))]
#[case::between(include_str!("keys/rsa-2560.pem"))]
fn rsa_keys_of_another_size_are_refused(#[case] pem: &str) {
    assert_eq!(import(pem).err(), Some(ImportError::WrongSize));
}

#[test]
fn an_ec_key_without_its_public_half_is_told_apart() {
    let why = import(include_str!("keys/ec-without-public.pem")).unwrap_err();
    assert_eq!(why, ImportError::WithoutPublicKey);
}

#[rstest]
#[case::ec(EC)]
#[case::rsa(RSA)]
fn a_key_whose_numbers_do_not_belong_together_is_refused(#[case] pem: &str) {
    let pkcs8 = document::from_pem(&SecretString::from(pem)).unwrap();
    let length = pkcs8.as_bytes().len();
    for at in (0..length).step_by(length / 60) {
        let mut changed = pkcs8.as_bytes().to_vec();
        changed[at] ^= 1;
        let Ok(changed) = SecretDocument::try_from(changed) else { continue };
        let imported = import(&changed.to_pem("PRIVATE KEY", LineEnding::LF).unwrap());
        // Some of an RSA key's numbers nobody uses.
        assert!(imported.is_err() || document::read(changed.as_bytes()).unwrap().is_sound(), "byte {at}");
    }
}

#[test]
fn a_refusal_repeats_nothing_of_the_key() {
    let secret = "YSBrZXk";
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{secret}=\n-----END PRIVATE KEY-----\n");
    let why = import(&pem).unwrap_err();
    assert!(!format!("{why} {why:?}").contains(secret));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn strange_text_is_refused_and_never_panics(text: String, at in 0_usize..1_700, byte: u8) {
        prop_assert!(import(&text).is_err());
        for pem in [EC, RSA] {
            let pkcs8 = document::from_pem(&SecretString::from(pem)).unwrap();
            let mut changed = pkcs8.as_bytes().to_vec();
            let length = changed.len();
            changed[at % length] = byte;
            let _ = document::read(&changed);
            let _ = document::read(&changed[..at % length]);
        }
    }
}
