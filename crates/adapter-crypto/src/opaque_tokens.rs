use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use roster_ports::{OpaqueToken, OpaqueTokens, SealedSuccessor, TokenHash};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::master_secret::derive;
use crate::random::random_bytes;
use crate::sealed_box::SealedBox;

/// Opaque tokens of 256 random bits, kept as their SHA-256.
///
/// They cannot be guessed, so a plain hash keeps them as well as a keyed one, and no master secret is needed. A successor
/// is sealed with AES-256-GCM under a key derived by HKDF-SHA-256 from its predecessor, of which the store has the hash
/// alone: the store never yields a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomOpaqueTokens;

/// What is hashed before a token, so that its hash is no hash of anything else.
const HASHED_BEFORE: &[u8] = b"roster/v1/opaque-token\0";

/// The `info` of HKDF.
const SUCCESSOR: &[u8] = b"roster/v1/refresh-successor";

impl OpaqueTokens for RandomOpaqueTokens {
    fn generate(&self) -> OpaqueToken {
        let bytes = Zeroizing::new(random_bytes::<32>());
        let secret = URL_SAFE_NO_PAD.encode(bytes.as_slice());
        OpaqueToken { hash: self.hash(&secret), secret: SecretString::from(secret) }
    }

    fn hash(&self, presented: &str) -> TokenHash {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(HASHED_BEFORE);
        context.update(presented.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        TokenHash(hash)
    }

    fn matches(&self, presented: &str, kept: &TokenHash) -> bool {
        self.hash(presented).0.ct_eq(&kept.0).into()
    }

    #[expect(
        clippy::expect_used,
        reason = "AES-GCM fails for 64 GiB and more alone, and a token has 43 bytes"
    )]
    fn seal_successor(&self, predecessor: &SecretString, successor: &SecretString) -> SealedSuccessor {
        let sealed = successor_box(predecessor).seal(&[], successor.expose_secret().as_bytes());
        SealedSuccessor(sealed.expect("a token is short"))
    }

    fn open_successor(&self, predecessor: &SecretString, sealed: &SealedSuccessor) -> Option<SecretString> {
        let opened = successor_box(predecessor).open(&[], &sealed.0)?;
        std::str::from_utf8(&opened).ok().map(SecretString::from)
    }
}

fn successor_box(predecessor: &SecretString) -> SealedBox {
    SealedBox::new(&derive(predecessor.expose_secret().as_bytes(), SUCCESSOR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn opened(predecessor: &str, sealed: &[u8]) -> Option<String> {
        let opened =
            RandomOpaqueTokens.open_successor(&secret(predecessor), &SealedSuccessor(sealed.to_vec()));
        opened.map(|successor| successor.expose_secret().to_owned())
    }

    /// Computed with another implementation.
    #[test]
    fn the_hash_is_the_known_one() {
        let hash = hex(&RandomOpaqueTokens.hash("a-presented-token").0);
        assert_eq!(hash, "60cdeb9f1d7f1d168234c7c9f06628563100b67137a517750793a18caaca58d7");
    }

    #[test]
    fn a_token_has_256_random_bits_and_matches_its_hash_alone() {
        let tokens = RandomOpaqueTokens;
        let made: Vec<_> = (0..20).map(|_| tokens.generate()).collect();
        let distinct: HashSet<_> = made.iter().map(|token| token.secret.expose_secret()).collect();
        assert_eq!(distinct.len(), 20);
        for token in &made {
            assert_eq!(URL_SAFE_NO_PAD.decode(token.secret.expose_secret()).unwrap().len(), 32);
            assert_eq!(tokens.hash(token.secret.expose_secret()), token.hash);
            assert!(tokens.matches(token.secret.expose_secret(), &token.hash));
            assert!(!tokens.matches("", &token.hash));
        }
        assert!(!tokens.matches(made[0].secret.expose_secret(), &made[1].hash));
    }

    #[test]
    fn a_hash_with_any_bit_changed_does_not_match() {
        let token = RandomOpaqueTokens.generate();
        for bit in 0..256 {
            let mut changed = token.hash;
            changed.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!RandomOpaqueTokens.matches(token.secret.expose_secret(), &changed), "bit {bit}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = RandomOpaqueTokens.generate();
        assert!(!format!("{token:?}").contains(token.secret.expose_secret()));
        assert_eq!(format!("{:?}", token.hash), "TokenHash(***)");
        let sealed = RandomOpaqueTokens.seal_successor(&token.secret, &token.secret);
        assert_eq!(format!("{sealed:?}"), "SealedSuccessor(***)");
    }

    /// Sealed with another implementation.
    #[test]
    fn a_known_successor_opens() {
        let sealed = [
            0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0xc2, 0x71, 0xb9,
            0x4d, 0x33, 0x45, 0x7e, 0x87, 0x46, 0x24, 0xea, 0xd3, 0xba, 0x02, 0x92, 0x32, 0x4b, 0xb8, 0x98,
            0x21, 0x16, 0x85, 0x17, 0x8c, 0xa2, 0xa8, 0x8c,
        ];
        assert_eq!(opened("a-predecessor", &sealed).as_deref(), Some("a-successor"));
        assert_eq!(opened("a-predecesso", &sealed), None);
    }

    #[test]
    fn a_successor_is_sealed_differently_each_time_and_does_not_show() {
        let (tokens, successor) = (RandomOpaqueTokens, secret("a-successor-of-some-length"));
        let sealed = tokens.seal_successor(&secret("a-predecessor"), &successor);
        assert_ne!(sealed, tokens.seal_successor(&secret("a-predecessor"), &successor));
        let plain = successor.expose_secret().as_bytes();
        assert!(plain.windows(4).all(|part| !sealed.0.windows(4).any(|other| other == part)));
    }

    #[test]
    fn every_changed_added_or_missing_byte_breaks_a_sealed_successor() {
        let sealed = RandomOpaqueTokens.seal_successor(&secret("a-predecessor"), &secret("a-successor")).0;
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(opened("a-predecessor", &changed), None, "byte {at}");
            assert_eq!(opened("a-predecessor", &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(opened("a-predecessor", &[&sealed[..], &[0]].concat()), None);
    }

    proptest! {
        #[test]
        fn a_successor_opens_with_its_predecessor_alone(predecessor: String, other: String, successor: String) {
            let sealed =
                RandomOpaqueTokens.seal_successor(&secret(&predecessor), &secret(&successor)).0;
            prop_assert_eq!(opened(&predecessor, &sealed), Some(successor));
            prop_assert!(other == predecessor || opened(&other, &sealed).is_none());
        }

        #[test]
        fn strange_bytes_never_panic_and_never_open(predecessor: String, mut bytes: Vec<u8>) {
            prop_assert_eq!(opened(&predecessor, &bytes), None);
            bytes.insert(0, 1);
            prop_assert_eq!(opened(&predecessor, &bytes), None);
        }
    }
}
