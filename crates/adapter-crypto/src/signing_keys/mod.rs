//! The keys that sign access tokens: ES256 (RFC 7518 §3.4), kept sealed.

mod key_seal;
mod signing_key;

use roster_domain::{Instant, KeyId};
use roster_ports::{KeyError, PublicKey, SealedKey, SigningKeys};
use std::sync::{Arc, PoisonError, RwLock};

use crate::master_secret::MasterSecrets;
use key_seal::KeySeal;
pub(crate) use signing_key::SigningKey;

/// The signing keys in use. Nothing is in use before [`SigningKeys::install`].
///
/// A key is named by its RFC 7638 thumbprint, and kept as PKCS#8 sealed with AES-256-GCM under a key derived from the
/// master secret and bound to its name; an older master secret still opens it.
pub struct KeyRing {
    seal: KeySeal,
    installed: RwLock<Arc<InstalledKeys>>,
}

/// The keys of one installation.
#[derive(Default)]
pub(crate) struct InstalledKeys {
    /// Grows with each change, so that whoever remembers something about keys can tell whether it still holds.
    pub(crate) generation: u64,
    keys: Vec<SigningKey>,
}

impl InstalledKeys {
    /// The key that signs.
    pub(crate) fn current(&self) -> Result<&SigningKey, KeyError> {
        self.keys.last().ok_or(KeyError::Missing)
    }

    /// The key of this name.
    pub(crate) fn find(&self, id: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.id().as_str() == id)
    }

    fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().map(SigningKey::id)
    }
}

impl KeyRing {
    /// An empty ring that seals and opens keys with these master secrets.
    pub fn new(secrets: &MasterSecrets) -> Self {
        Self { seal: KeySeal::new(secrets), installed: RwLock::default() }
    }

    /// What is installed now. It stays whole for whoever holds it.
    pub(crate) fn installed(&self) -> Arc<InstalledKeys> {
        Arc::clone(&self.installed.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self, kept: &SealedKey) -> Result<SigningKey, KeyError> {
        let key = SigningKey::from_pkcs8(&self.seal.open(kept)?)?;
        if *key.id() == kept.id { Ok(key) } else { Err(KeyError::Unreadable) }
    }
}

impl SigningKeys for KeyRing {
    fn generate(&self, now: Instant) -> Result<SealedKey, KeyError> {
        loop {
            let pkcs8 = SigningKey::generate_pkcs8()?;
            let id = SigningKey::from_pkcs8(&pkcs8)?.id().clone();
            // A name with a hyphen in front looks like an option on the command line.
            if !id.as_str().starts_with('-') {
                return self.seal.seal(id, &pkcs8, now);
            }
        }
    }

    fn install(&self, keys: &[SealedKey]) -> Result<(), KeyError> {
        let keys = keys.iter().map(|key| self.open(key)).collect::<Result<Vec<_>, _>>()?;
        let mut installed = self.installed.write().unwrap_or_else(PoisonError::into_inner);
        // Names are thumbprints: the same names are the same keys, and what is known about them still holds.
        if !installed.ids().eq(keys.iter().map(SigningKey::id)) {
            *installed = Arc::new(InstalledKeys { generation: installed.generation + 1, keys });
        }
        Ok(())
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        self.installed().keys.iter().map(|key| key.public().clone()).collect()
    }
}

#[cfg(test)]
mod tests;
