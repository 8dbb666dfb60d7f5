use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::hkdf;
use roster_ports::{Fingerprint, SecretId};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::random::random_bytes;

/// The secrets from which every key of the service is derived: the first is used, the others still verify.
///
/// `Debug` does not show them, and they are wiped from memory when dropped.
#[derive(Clone)]
pub struct MasterSecrets(Keys<Zeroizing<Vec<u8>>>);

/// Keys, one for each master secret.
#[derive(Clone)]
pub(crate) struct Keys<K> {
    /// That of the master secret in use.
    pub(crate) current: K,
    older: Vec<K>,
}

impl<K> Keys<K> {
    /// All of them, that of the master secret in use first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// Pairs them with other keys of the same master secrets.
    pub(crate) fn zip<L, M>(self, others: Keys<L>, pair: impl Fn(K, L) -> M) -> Keys<M> {
        let current = pair(self.current, others.current);
        Keys { current, older: self.older.into_iter().zip(others.older).map(|(a, b)| pair(a, b)).collect() }
    }

    fn map<L>(&self, each: impl Fn(&K) -> L) -> Keys<L> {
        Keys { current: each(&self.current), older: self.older.iter().map(each).collect() }
    }
}

/// Why a text is no master secret. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WeakSecret {
    /// Not base64, or nothing at all between two commas.
    #[error("must be base64, several separated by commas")]
    NotBase64,
    /// Fewer bytes than a key needs.
    #[error("must have at least 32 bytes when decoded")]
    TooShort,
    /// One byte again and again.
    #[error("must be random, not one byte repeated")]
    Repetitive,
}

/// A 256-bit key for one purpose.
pub(crate) type DerivedKey = Zeroizing<[u8; 32]>;

/// What a derived key is for. No two purposes share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Pepper,
    KeysAtRest,
    Fingerprint,
    Seals,
    Pseudonyms,
}

impl Purpose {
    /// The `info` of HKDF. Changing one loses whatever was made with it.
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Pepper => b"roster/v1/pepper",
            Self::KeysAtRest => b"roster/v1/keys-at-rest",
            Self::Fingerprint => b"roster/v1/fingerprint",
            Self::Seals => b"roster/v1/seals",
            Self::Pseudonyms => b"roster/v1/pseudonyms",
        }
    }
}

const SALT: &[u8] = b"roster";
const LEAST_BYTES: usize = 32;

const BASE64_CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, BASE64_CONFIG);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, BASE64_CONFIG);

impl MasterSecrets {
    /// Reads secrets of at least 32 bytes each, in either alphabet of base64, separated by commas.
    pub fn parse(text: &SecretString) -> Result<Self, WeakSecret> {
        let mut secrets = text.expose_secret().split(',').map(|secret| parse_one(secret.trim()));
        let current = secrets.next().unwrap_or(Err(WeakSecret::NotBase64))?;
        Ok(Self(Keys { current, older: secrets.collect::<Result<_, _>>()? }))
    }

    /// Makes a secret, and the base64 text to keep.
    pub fn generate() -> (Self, SecretString) {
        let secret = Zeroizing::new(random_bytes::<LEAST_BYTES>());
        let text = SecretString::from(STANDARD.encode(secret.as_slice()));
        (Self(Keys { current: Zeroizing::new(secret.to_vec()), older: Vec::new() }), text)
    }

    /// The fingerprints of all secrets, that of the one in use first.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        self.derive(Purpose::Fingerprint, |key| Fingerprint(**key)).iter().copied().collect()
    }

    /// The short names of all secrets.
    pub(crate) fn ids(&self) -> Keys<SecretId> {
        self.derive(Purpose::Fingerprint, |key| Fingerprint(**key).id())
    }

    /// The keys for a purpose, one a secret.
    pub(crate) fn derive<K>(&self, purpose: Purpose, key: impl Fn(&DerivedKey) -> K) -> Keys<K> {
        self.0.map(|secret| key(&derive(secret, purpose.info())))
    }
}

fn parse_one(text: &str) -> Result<Zeroizing<Vec<u8>>, WeakSecret> {
    if text.is_empty() {
        return Err(WeakSecret::NotBase64);
    }
    let decoded = ANY_STANDARD.decode(text).or_else(|_| ANY_URL_SAFE.decode(text));
    let secret = Zeroizing::new(decoded.map_err(|_| WeakSecret::NotBase64)?);
    if secret.len() < LEAST_BYTES {
        return Err(WeakSecret::TooShort);
    }
    let first = secret.first();
    if secret.iter().all(|byte| Some(byte) == first) {
        return Err(WeakSecret::Repetitive);
    }
    Ok(secret)
}

/// A key from a secret of enough randomness, by HKDF-SHA-256 (RFC 5869). The info tells what it is for.
#[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8,160 bytes")]
pub(crate) fn derive(secret: &[u8], info: &[u8]) -> DerivedKey {
    let mut key = DerivedKey::default();
    hkdf::Salt::new(hkdf::HKDF_SHA256, SALT)
        .extract(secret)
        .expand(&[info], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut_slice()))
        .expect("32 bytes are few enough");
    key
}

impl fmt::Debug for MasterSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecrets(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;
    use rstest::rstest;
    use std::collections::HashSet;

    fn parse(text: &str) -> Result<MasterSecrets, WeakSecret> {
        MasterSecrets::parse(&SecretString::from(text.to_owned()))
    }

    fn counting_bytes(n: u8) -> String {
        STANDARD.encode((0..n).collect::<Vec<_>>())
    }

    #[rstest]
    #[case::empty("", WeakSecret::NotBase64)]
    #[case::word("secret", WeakSecret::NotBase64)]
    #[case::spaced_out("AAEC AwQF", WeakSecret::NotBase64)]
    #[case::short_word("c2VjcmV0", WeakSecret::TooShort)]
    #[case::almost(&counting_bytes(31), WeakSecret::TooShort)]
    #[case::zeros(&STANDARD.encode([0; 32]), WeakSecret::Repetitive)]
    #[case::letters(&STANDARD.encode([b'x'; 64]), WeakSecret::Repetitive)]
    #[case::nothing_second(&format!("{},", counting_bytes(32)), WeakSecret::NotBase64)]
    #[case::weak_second(&format!("{},c2VjcmV0", counting_bytes(32)), WeakSecret::TooShort)]
    fn weak_secrets_are_refused(#[case] text: &str, #[case] why: WeakSecret) {
        assert_eq!(parse(text).unwrap_err(), why);
    }

    #[test]
    fn padding_alphabet_and_outer_white_space_do_not_matter() {
        let secret: Vec<u8> = (220..=255).chain([0]).collect();
        let standard = STANDARD.encode(&secret);
        let url_safe = standard.replace('+', "-").replace('/', "_");
        assert_ne!(standard, url_safe);
        let expected = parse(&standard).unwrap().fingerprints();
        for text in [url_safe.clone(), standard.trim_end_matches('=').to_owned(), format!(" {standard}\n")] {
            assert_eq!(parse(&text).unwrap().fingerprints(), expected);
        }
    }

    /// Computed with another implementation of HMAC by RFC 5869; they may never change.
    #[rstest]
    #[case(Purpose::Pepper, "a93157ae42d7d4db4bd0e8963f4f8f71a7e773b78efffa6ecd71cfe31152ca3e")]
    #[case(Purpose::KeysAtRest, "693030e2f2b43f696bc0ace3203c9e690231de92700ca3eeb620d0a54c09bd36")]
    #[case(Purpose::Fingerprint, "62e2a117ba18c8e8a6a3695b2cc112c2fb378787c7cbfe7ce2d87c7e429e0736")]
    #[case(Purpose::Seals, "9dc24ae68d528c46ebe213f8e377d328ac29803fe024020c7f6ad36709e108ec")]
    #[case(Purpose::Pseudonyms, "1e26c002bb9161f5de68211e636ef7348cb76c0ff4ec461a5dc1f3d1ed260290")]
    fn each_purpose_has_its_own_known_key(#[case] purpose: Purpose, #[case] known: &str) {
        let key = parse(&counting_bytes(32)).unwrap().derive(purpose, |key| **key).current;
        assert_eq!(hex(&key), known);
    }

    #[test]
    fn the_first_secret_comes_first() {
        let (first, second) = (counting_bytes(32), counting_bytes(33));
        let both = parse(&format!("{first},{second}")).unwrap().fingerprints();
        assert_eq!(both[0], parse(&first).unwrap().fingerprints()[0]);
        assert_eq!(both[1], parse(&second).unwrap().fingerprints()[0]);
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn a_generated_secret_can_be_read_back_and_is_never_the_same() {
        let (made, text) = MasterSecrets::generate();
        assert_eq!(MasterSecrets::parse(&text).unwrap().fingerprints(), made.fingerprints());
        let prints: HashSet<_> = (0..10).flat_map(|_| MasterSecrets::generate().0.fingerprints()).collect();
        assert_eq!(prints.len(), 10);
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", MasterSecrets::generate().0), "MasterSecrets(***)");
        for why in [WeakSecret::NotBase64, WeakSecret::TooShort, WeakSecret::Repetitive] {
            assert!(!why.to_string().contains("c2VjcmV0"));
        }
    }
}
