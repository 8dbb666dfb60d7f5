use roster_domain::KeyId;
use roster_ports::{KeyError, SealedKey, SecretId};
use zeroize::Zeroizing;

use crate::master_secret::{Keys, MasterSecrets, Purpose};
use crate::sealed_box::SealedBox;

/// Seals PKCS#8 documents under the master secrets, bound to the names of the keys.
pub(super) struct KeySeal {
    seals: Keys<Seal>,
}

struct Seal {
    sealed_box: SealedBox,
    id: SecretId,
}

/// A sealed document, and the master secret under which it is sealed.
pub(super) struct Sealed {
    pub(super) bytes: Vec<u8>,
    pub(super) under: SecretId,
}

impl KeySeal {
    pub(super) fn new(secrets: &MasterSecrets) -> Self {
        let boxes = secrets.derive(Purpose::KeysAtRest, SealedBox::new);
        Self { seals: boxes.zip(secrets.ids(), |sealed_box, id| Seal { sealed_box, id }) }
    }

    /// Seals a document under the master secret in use.
    pub(super) fn seal(&self, id: &KeyId, pkcs8: &[u8]) -> Result<Sealed, KeyError> {
        let seal = &self.seals.current;
        let bytes = seal.sealed_box.seal(id.as_str().as_bytes(), pkcs8).map_err(|_| KeyError::Failed)?;
        Ok(Sealed { bytes, under: seal.id })
    }

    /// The document of a key, whichever of the master secrets it is sealed under.
    pub(super) fn open(&self, key: &SealedKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.open_with_id(key).map(|(pkcs8, _)| pkcs8)
    }

    /// The same document sealed under the master secret in use; `None` where it is already, and the key says so.
    pub(super) fn reseal(&self, key: &SealedKey) -> Result<Option<Sealed>, KeyError> {
        let (pkcs8, under) = self.open_with_id(key)?;
        let current = self.seals.current.id;
        if under == current && key.sealed_under == current {
            Ok(None)
        } else {
            self.seal(&key.id, &pkcs8).map(Some)
        }
    }

    fn open_with_id(&self, key: &SealedKey) -> Result<(Zeroizing<Vec<u8>>, SecretId), KeyError> {
        let open =
            |seal: &Seal| Some((seal.sealed_box.open(key.id.as_str().as_bytes(), &key.sealed)?, seal.id));
        self.seals.iter().find_map(open).ok_or(KeyError::Unreadable)
    }
}
