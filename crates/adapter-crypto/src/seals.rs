use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use roster_domain::UserId;
use roster_ports::{IntercomIdentity, Pseudonym, Seals};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::hex::hex;
use crate::master_secret::{Keys, MasterSecrets, Purpose};

/// Seals of the form `base64url(payload || tag)`, the tag 16 bytes of HMAC-SHA-256 over purpose and payload.
///
/// Those made under an older master secret still open. A seal has one spelling: base64 with stray bits is refused.
///
/// A pseudonym is 16 bytes of HMAC-SHA-256 over purpose and payload under a key of its own, so no seal shows one. It
/// changes with the master secret in use.
pub struct HmacSeals {
    keys: Keys<hmac::Key>,
    pseudonyms: hmac::Key,
}

const TAG_BYTES: usize = 16;

impl HmacSeals {
    /// Seals under these master secrets.
    pub fn new(secrets: &MasterSecrets) -> Self {
        let keys = |purpose| secrets.derive(purpose, |key| hmac::Key::new(hmac::HMAC_SHA256, &**key));
        Self { keys: keys(Purpose::Seals), pseudonyms: keys(Purpose::Pseudonyms).current }
    }
}

impl Seals for HmacSeals {
    fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        let tag = tag(&self.keys.current, purpose, payload);
        URL_SAFE_NO_PAD.encode([payload, tag.as_ref().split_at(TAG_BYTES).0].concat())
    }

    fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut payload = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let shown = payload.split_off(payload.len().checked_sub(TAG_BYTES)?);
        let fits = |key| tag(key, purpose, &payload).as_ref().split_at(TAG_BYTES).0.ct_eq(&shown).into();
        self.keys.iter().any(fits).then_some(payload)
    }

    fn pseudonym(&self, purpose: &str, payload: &[u8]) -> Pseudonym {
        let tag = tag(&self.pseudonyms, purpose, payload);
        let mut pseudonym = [0; TAG_BYTES];
        pseudonym.copy_from_slice(tag.as_ref().split_at(TAG_BYTES).0);
        Pseudonym(pseudonym)
    }
}

/// The length of the purpose comes first, so that no purpose and payload can pass for another pair.
fn tag(key: &hmac::Key, purpose: &str, payload: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(&(purpose.len() as u64).to_be_bytes());
    context.update(purpose.as_bytes());
    context.update(payload);
    context.sign()
}

/// Intercom's identity verification: HMAC-SHA-256 of the user's id under the secret that Intercom gave.
pub struct HmacIntercomIdentity {
    key: Option<hmac::Key>,
}

impl HmacIntercomIdentity {
    /// Hashes under this secret; with none, nobody has a hash.
    pub fn new(secret: Option<&SecretString>) -> Self {
        let key =
            |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Self { key: secret.map(key) }
    }
}

impl IntercomIdentity for HmacIntercomIdentity {
    fn intercom_hash(&self, user: UserId) -> Option<String> {
        let tag = hmac::sign(self.key.as_ref()?, user.to_string().as_bytes());
        Some(hex(tag.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn seals(secrets: &str) -> HmacSeals {
        HmacSeals::new(&MasterSecrets::parse(&SecretString::from(secrets.to_owned())).unwrap())
    }

    #[test]
    fn a_seal_has_the_known_form() {
        assert_eq!(seals(COUNTING).seal("cursor", b"payload"), "cGF5bG9hZA-iQ1gsd4QecE51Z78hVp4");
        assert_eq!(seals(COUNTING).open("cursor", "cGF5bG9hZA-iQ1gsd4QecE51Z78hVp4").unwrap(), b"payload");
    }

    #[test]
    fn a_seal_is_for_one_purpose_and_one_service() {
        let sealed = seals(COUNTING).seal("cursor", b"payload");
        assert_eq!(seals(COUNTING).open("token", &sealed), None);
        assert_eq!(seals(COUNTING).open("cursorpay", &seals(COUNTING).seal("cursor", b"load")), None);
        assert_eq!(seals(OTHER).open("cursor", &sealed), None);
        assert_eq!(seals(&format!("{OTHER},{COUNTING}")).open("cursor", &sealed).unwrap(), b"payload");
    }

    #[test]
    fn every_changed_added_or_missing_character_breaks_a_seal() {
        let seals = seals(COUNTING);
        for payload in [&b""[..], b"a", b"ab", b"abc"] {
            let sealed = seals.seal("cursor", payload);
            for (at, _) in sealed.char_indices() {
                for other in "ABCDwxyz0189-_+/=. \0é".chars() {
                    let (before, after) = (sealed.split_at(at).0, sealed.split_at(at + 1).1);
                    let changed = format!("{before}{other}{after}");
                    assert!(changed == sealed || seals.open("cursor", &changed).is_none(), "{changed}");
                }
                assert_eq!(seals.open("cursor", sealed.split_at(at).0), None);
            }
            assert_eq!(seals.open("cursor", &format!("{sealed}A")), None);
            assert_eq!(seals.open("cursor", &format!("{sealed}=")), None);
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_nothing_else(payload: Vec<u8>, strange: String) {
            let seals = seals(COUNTING);
            prop_assert_eq!(seals.open("cursor", &seals.seal("cursor", &payload)), Some(payload));
            prop_assert_eq!(seals.open("cursor", &strange), None);
            prop_assert_eq!(seals.open("cursor", &URL_SAFE_NO_PAD.encode(strange)), None);
        }
    }

    /// Computed with another implementation.
    #[test]
    fn a_pseudonym_is_the_known_one_under_the_secret_in_use() {
        let known = "99d0411cfccceb7803f3ab7c6b9a9d63";
        for secrets in [COUNTING, &format!("{COUNTING},{OTHER}")] {
            assert_eq!(hex(&seals(secrets).pseudonym("account", b"payload").0), known);
        }
    }

    #[test]
    fn a_pseudonym_differs_by_purpose_payload_and_master_secret() {
        let seals = seals(COUNTING);
        let known = seals.pseudonym("account", b"payload");
        assert_eq!(seals.pseudonym("account", b"payload"), known);
        assert_ne!(seals.pseudonym("address", b"payload"), known);
        assert_ne!(seals.pseudonym("account", b"payloae"), known);
        assert_ne!(seals.pseudonym("accountpay", b"load"), known);
        assert_ne!(HmacSeals::new(&MasterSecrets::generate().0).pseudonym("account", b"payload"), known);
        let sealed = URL_SAFE_NO_PAD.decode(seals.seal("account", b"payload")).unwrap();
        assert!(!sealed.ends_with(&known.0), "a seal shows no pseudonym");
    }

    #[test]
    fn the_intercom_hash_is_the_known_one_and_absent_without_a_secret() {
        let user: UserId = "970DF7C4-843D-4A1D-9264-BD0CC5C5D927".parse().unwrap();
        let secret = SecretString::from("intercom secret");
        assert_eq!(
            HmacIntercomIdentity::new(Some(&secret)).intercom_hash(user).unwrap(),
            "c3776b7a6ffc1575d8eed112f52e511fc30e299245c142417391b5ab694bb66c"
        );
        assert_eq!(HmacIntercomIdentity::new(None).intercom_hash(user), None);
    }
}
