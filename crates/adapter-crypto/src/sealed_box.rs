use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use zeroize::Zeroizing;

use crate::master_secret::DerivedKey;
use crate::random::random_bytes;

/// Encrypts with AES-256-GCM, in the form `version || nonce || ciphertext || tag`, each time under a fresh random nonce.
pub(crate) struct SealedBox {
    key: LessSafeKey,
}

const VERSION: u8 = 1;

impl SealedBox {
    #[expect(clippy::expect_used, reason = "a derived key has the 32 bytes of an AES-256 key")]
    pub(crate) fn new(key: &DerivedKey) -> Self {
        Self { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &**key).expect("32 bytes")) }
    }

    /// Encrypts, bound to the associated data. It fails for 64 GiB and more.
    pub(crate) fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let nonce = random_bytes::<NONCE_LEN>();
        // Encrypted in place: nothing of the plain text is left in what is returned.
        let mut sealed = plain.to_vec();
        let with = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(with, Aad::from(associated), &mut sealed)?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// What was sealed; `None` for whatever was not sealed with this key and this associated data.
    pub(crate) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&VERSION, rest) = sealed.split_first()? else { return None };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.key.open_in_place(nonce, Aad::from(associated), &mut opened).ok()?.len();
        opened.truncate(length);
        Some(opened)
    }
}
