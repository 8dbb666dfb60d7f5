use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use roster_domain::{Instant, KeyId};
use roster_ports::{KeyError, SealedKey};
use zeroize::Zeroizing;

use crate::master_secret::{DerivedKey, Keys, MasterSecrets, Purpose};
use crate::random::random_bytes;

/// The form `version || nonce || ciphertext || tag`, with the key's name as associated data.
pub(super) struct KeySeal {
    keys: Keys<LessSafeKey>,
}

const VERSION: u8 = 1;

impl KeySeal {
    pub(super) fn new(secrets: &MasterSecrets) -> Self {
        Self { keys: secrets.derive(Purpose::KeysAtRest, aead_key) }
    }

    pub(super) fn seal(&self, id: KeyId, pkcs8: &[u8], now: Instant) -> Result<SealedKey, KeyError> {
        let nonce = random_bytes::<NONCE_LEN>();
        let mut sealed = pkcs8.to_vec();
        let associated = Aad::from(id.as_str());
        self.keys
            .current
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated, &mut sealed)
            .map_err(|_| KeyError::Failed)?;
        let sealed = [&[VERSION][..], &nonce, &sealed].concat();
        Ok(SealedKey { id, sealed, created_at: now })
    }

    pub(super) fn open(&self, key: &SealedKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (&VERSION, rest) = key.sealed.split_first().ok_or(KeyError::Unreadable)? else {
            return Err(KeyError::Unreadable);
        };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(KeyError::Unreadable)?;
        self.keys
            .iter()
            .find_map(|with| {
                let mut opened = Zeroizing::new(sealed.to_vec());
                let nonce = Nonce::assume_unique_for_key(*nonce);
                let length = with.open_in_place(nonce, Aad::from(key.id.as_str()), &mut opened).ok()?.len();
                opened.truncate(length);
                Some(opened)
            })
            .ok_or(KeyError::Unreadable)
    }
}

#[expect(clippy::expect_used, reason = "a derived key has the 32 bytes of an AES-256 key")]
fn aead_key(key: &DerivedKey) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &**key).expect("32 bytes"))
}
