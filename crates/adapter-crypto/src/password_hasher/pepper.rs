use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use roster_ports::SecretId;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The keyed hash in front of bcrypt.
pub(super) struct Pepper {
    /// Its name, which is that of its master secret.
    pub(super) id: SecretId,
    key: hmac::Key,
}

impl Pepper {
    pub(super) fn new(key: hmac::Key, id: SecretId) -> Self {
        Self { id, key }
    }

    /// Always 64 characters without NUL, which is what bcrypt takes whole.
    pub(super) fn apply(&self, password: &SecretString) -> Zeroizing<String> {
        let composed = Zeroizing::new(password.expose_secret().nfc().collect::<String>());
        let tag = hmac::sign(&self.key, composed.as_bytes());
        Zeroizing::new(STANDARD.encode(tag.as_ref()))
    }
}
