//! The keys that sign access tokens: ES256 and RS256 (RFC 7518 §3.3, §3.4), kept sealed.

mod document;
mod installed_keys;
mod key_seal;
mod public_key;
mod signing_key;

use roster_domain::{Instant, KeyTerm};
use roster_ports::{ImportError, KeyError, PublicKey, SealedKey, SigningKeys};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::master_secret::MasterSecrets;
pub(crate) use installed_keys::InstalledKeys;
use key_seal::KeySeal;
pub(crate) use signing_key::SigningKey;

/// The signing keys in use. Nothing is in use before [`SigningKeys::install`].
///
/// A key is named by its RFC 7638 thumbprint, and kept as PKCS#8 sealed with AES-256-GCM under a key derived from the
/// master secret and bound to its name; an older master secret still opens it.
///
/// To install the same keys again costs a comparison, and of others only those are opened that were not there before.
pub struct KeyRing {
    seal: KeySeal,
    installed: RwLock<Arc<InstalledKeys>>,
    /// Held by whoever opens keys, so that nobody who signs or verifies waits for it.
    installing: Mutex<()>,
}

impl KeyRing {
    /// An empty ring that seals and opens keys with these master secrets.
    pub fn new(secrets: &MasterSecrets) -> Self {
        Self { seal: KeySeal::new(secrets), installed: RwLock::default(), installing: Mutex::default() }
    }

    /// What is installed now. It stays whole for whoever holds it.
    pub(crate) fn installed(&self) -> Arc<InstalledKeys> {
        Arc::clone(&self.installed.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn seal(
        &self,
        key: &SigningKey,
        pkcs8: &[u8],
        now: Instant,
        signs_from: Instant,
    ) -> Result<SealedKey, KeyError> {
        let sealed = self.seal.seal(key.id(), pkcs8)?;
        Ok(SealedKey {
            id: key.id().clone(),
            algorithm: key.algorithm(),
            sealed: sealed.bytes,
            sealed_under: sealed.under,
            created_at: now,
            term: KeyTerm::from(signs_from),
        })
    }

    fn open(&self, kept: &SealedKey) -> Result<SigningKey, KeyError> {
        let key = document::read(&self.seal.open(kept)?).map_err(|_| KeyError::Unreadable)?;
        let is_it = *key.id() == kept.id && key.algorithm() == kept.algorithm;
        if is_it { Ok(key) } else { Err(KeyError::Unreadable) }
    }
}

impl SigningKeys for KeyRing {
    fn generate(&self, now: Instant, signs_from: Instant) -> Result<SealedKey, KeyError> {
        loop {
            let pkcs8 = SigningKey::generate_pkcs8()?;
            let key = document::read(&pkcs8).map_err(|_| KeyError::Failed)?;
            // A name with a hyphen in front looks like an option on the command line.
            if !key.id().as_str().starts_with('-') {
                return self.seal(&key, &pkcs8, now, signs_from);
            }
        }
    }

    fn import(
        &self,
        pem: &SecretString,
        now: Instant,
        signs_from: Instant,
    ) -> Result<SealedKey, ImportError> {
        let pkcs8 = document::from_pem(pem)?;
        let key = document::read(pkcs8.as_bytes())?;
        if !key.is_sound() {
            return Err(ImportError::Unsupported);
        }
        Ok(self.seal(&key, pkcs8.as_bytes(), now, signs_from)?)
    }

    fn reseal(&self, key: &SealedKey) -> Result<Option<SealedKey>, KeyError> {
        let resealed = self.seal.reseal(key)?;
        Ok(resealed.map(|sealed| SealedKey {
            sealed: sealed.bytes,
            sealed_under: sealed.under,
            ..key.clone()
        }))
    }

    fn install(&self, keys: &[SealedKey]) -> Result<(), KeyError> {
        let _alone = self.installing.lock().unwrap_or_else(PoisonError::into_inner);
        let installed = self.installed();
        if installed.are(keys) {
            return Ok(());
        }
        let (replaced, opened) = installed.replaced_by(keys, |kept| self.open(kept));
        *self.installed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(replaced);
        opened
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        self.installed().public_keys()
    }
}

#[cfg(test)]
mod tests;
