//! Keys of both kinds beside each other: the key says which algorithm it is for, never the token.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use ring::hmac;
use roster_domain::{KeyTerm, SigningAlgorithm};
use roster_ports::{AccessTokens, KeyParameters, SealedKey, SigningKeys};
use rstest::rstest;
use secrecy::ExposeSecret;

use super::forgery::{Forge, payload};
use super::lifecycle::of_a_user;
use super::{assert_refused, now};

pub(super) const RSA_2048: &str = include_str!("../../signing_keys/tests/keys/rsa-2048.pem");
const RSA_4096: &str = include_str!("../../signing_keys/tests/keys/rsa-4096.pem");

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[rstest]
#[case::shortest(RSA_2048)]
#[case::longest(RSA_4096)]
fn tokens_of_an_rsa_key_are_signed_with_rs256_and_verify(#[case] pem: &str) {
    let forge = Forge::rsa(pem);
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    let (header, _) = issued.expose_secret().split_once('.').unwrap();
    assert_eq!(
        header,
        encode(format!(r#"{{"alg":"RS256","typ":"at+jwt","kid":"{}"}}"#, forge.kid()).as_bytes())
    );
    assert_eq!(forge.tokens.verify(issued.expose_secret(), now()), Ok(of_a_user()));
}

#[rstest]
#[case::ec(Forge::new())]
#[case::rsa(Forge::rsa(RSA_2048))]
fn a_key_is_good_for_its_own_algorithm_alone(#[case] forge: Forge) {
    let algorithms = [
        "ES256", "RS256", "none", "HS256", "HS512", "ES384", "ES512", "RS384", "RS512", "PS256", "PS512",
        "EdDSA",
    ];
    for alg in algorithms {
        let token = forge.with_header(&forge.header_with(alg));
        let reason = match alg.parse::<SigningAlgorithm>() {
            Ok(algorithm) if algorithm == forge.key.algorithm => continue,
            Ok(_) => "another algorithm than its key's",
            Err(_) => "another algorithm",
        };
        let (signed, _) = token.rsplit_once('.').unwrap();
        for signature in [vec![], vec![1; 64], vec![1; 256], vec![1; 512]] {
            assert_refused(&forge, &format!("{signed}.{}", encode(&signature)), reason);
        }
        assert_refused(&forge, &token, reason);
    }
}

#[rstest]
#[case::ec(Forge::new(), 64)]
#[case::rsa(Forge::rsa(RSA_2048), 256)]
#[case::longest_rsa(Forge::rsa(RSA_4096), 512)]
fn a_signature_must_be_as_long_as_its_key_makes_it(#[case] forge: Forge, #[case] right: usize) {
    let token = forge.with_header(&forge.header());
    let (signed, _) = token.rsplit_once('.').unwrap();
    for length in [0, 1, 63, 64, 65, 255, 256, 257, 384, 511, 512, 513] {
        let wrong = "a signature of another length than its key's";
        let reason = if length == right { "wrong signature" } else { wrong };
        assert_refused(&forge, &format!("{signed}.{}", encode(&vec![1; length])), reason);
    }
}

#[test]
fn a_key_is_not_taken_for_another_that_is_installed_beside_it() {
    let (ec, rsa) = (Forge::new(), Forge::rsa(RSA_2048));
    let other = rsa.ring.generate(now(), now()).unwrap();
    rsa.ring.install(&[rsa.key.clone(), other.clone()]).unwrap();
    for (kid, alg, reason) in [
        (&other.id, "RS256", "another algorithm than its key's"),
        (&rsa.key.id, "ES256", "another algorithm than its key's"),
        (&ec.key.id, "ES256", "unknown key"),
    ] {
        let header = format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{kid}"}}"#);
        assert_refused(&rsa, &rsa.sign(header.as_bytes(), payload().as_bytes()), reason);
        assert_refused(&rsa, &ec.sign(header.as_bytes(), payload().as_bytes()), reason);
    }
}

#[test]
fn a_public_rsa_key_is_no_hmac_secret() {
    let forge = Forge::rsa(RSA_2048);
    let public = forge.ring.public_keys().remove(0);
    let KeyParameters::Rsa { n, e } = public.parameters else { panic!("a key for RS256") };
    let modulus = URL_SAFE_NO_PAD.decode(&n).unwrap();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&public.der));
    let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
    for secret in [public.der, modulus, pem.into_bytes(), jwk.into_bytes(), Vec::new()] {
        let tag = |algorithm, text: &str| hmac::sign(&hmac::Key::new(algorithm, &secret), text.as_bytes());
        for alg in ["HS256", "RS256"] {
            let signed =
                format!("{}.{}", encode(forge.header_with(alg).as_bytes()), encode(payload().as_bytes()));
            let tag = tag(hmac::HMAC_SHA256, &signed);
            let reason = match alg {
                "HS256" => "another algorithm",
                _ => "a signature of another length than its key's",
            };
            assert_refused(&forge, &format!("{signed}.{}", encode(tag.as_ref())), reason);
        }
    }
}

/// The last character of a signature of 256 bytes carries four bits that mean nothing.
#[test]
fn a_token_of_an_rsa_key_has_one_spelling() {
    let forge = Forge::rsa(RSA_2048);
    let token = forge.with_header(&forge.header());
    let (kept, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
    let accepted =
        alphabet.chars().filter(|other| forge.tokens.verify(&format!("{kept}{other}"), now()).is_ok());
    assert_eq!(accepted.collect::<String>(), last);
}

#[test]
fn a_token_is_signed_by_the_key_whose_term_it_is_when_it_is_issued() {
    let forge = Forge::new();
    let later = now() + TimeDelta::seconds(310);
    let next = forge.ring.generate(now(), later).unwrap();
    forge.ring.install(&[forge.key.clone(), next.clone()]).unwrap();
    for (issued_at, key) in [(later - TimeDelta::milliseconds(1), &forge.key), (later, &next)] {
        let token = roster_domain::AccessToken { issued_at, ..of_a_user() };
        let issued = forge.tokens.issue(&token).unwrap();
        let header = URL_SAFE_NO_PAD.decode(issued.expose_secret().split_once('.').unwrap().0).unwrap();
        assert!(String::from_utf8(header).unwrap().contains(key.id.as_str()));
    }
}

#[test]
fn a_new_term_of_the_same_keys_forgets_no_token() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    assert!(forge.tokens.verify(issued.expose_secret(), now()).is_ok());
    let term = KeyTerm::from(now() + TimeDelta::seconds(1));
    forge.ring.install(&[SealedKey { term, ..forge.key.clone() }]).unwrap();
    let generation = forge.ring.installed().generation;
    assert!(forge.tokens.verified.find(issued.expose_secret(), generation).is_some());
}
