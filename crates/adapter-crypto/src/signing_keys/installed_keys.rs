use roster_domain::{Instant, KeyTerm};
use roster_ports::{KeyError, PublicKey, SealedKey};
use std::sync::Arc;

use super::signing_key::SigningKey;

/// The keys of one installation, in the order of their terms.
#[derive(Default)]
pub(crate) struct InstalledKeys {
    /// Grows with each change of the set of keys, so that whoever remembers what a key verified can tell whether it still
    /// holds. When keys sign does not matter to it.
    pub(crate) generation: u64,
    keys: Vec<Arc<SigningKey>>,
    terms: Vec<KeyTerm>,
}

impl InstalledKeys {
    /// The key that signs a token that is issued at this instant.
    pub(crate) fn signing_at(&self, issued_at: Instant) -> Result<&SigningKey, KeyError> {
        let key = KeyTerm::signing(&self.terms, issued_at).and_then(|index| self.keys.get(index));
        key.map(|key| &**key).ok_or(KeyError::Missing)
    }

    /// The key of this name.
    pub(crate) fn find(&self, id: &str) -> Option<&SigningKey> {
        self.key(id).map(|key| &**key)
    }

    /// The public halves, in the same order.
    pub(super) fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().map(|key| key.public().clone()).collect()
    }

    /// Whether an installation of these keys would change nothing. Names are thumbprints: the same name is the same key.
    pub(super) fn are(&self, keys: &[SealedKey]) -> bool {
        let installed =
            self.keys.iter().zip(&self.terms).map(|(key, term)| (key.id(), key.algorithm(), term));
        installed.eq(keys.iter().map(|key| (&key.id, key.algorithm, &key.term)))
    }

    /// These keys instead, and what went wrong. Those that are installed already are taken over; the others are opened,
    /// and left out where that fails.
    pub(super) fn replaced_by(
        &self,
        sealed: &[SealedKey],
        open: impl Fn(&SealedKey) -> Result<SigningKey, KeyError>,
    ) -> (Self, Result<(), KeyError>) {
        let take = |kept: &SealedKey| match self.key(kept.id.as_str()) {
            Some(known) if known.algorithm() == kept.algorithm => Ok(Arc::clone(known)),
            _ => open(kept).map(Arc::new),
        };
        let (mut keys, mut terms, mut opened) = (Vec::new(), Vec::new(), Ok(()));
        for kept in sealed {
            match take(kept) {
                Ok(key) => {
                    keys.push(key);
                    terms.push(kept.term);
                }
                Err(error) => opened = Err(error),
            }
        }
        let is_same_set =
            keys.len() == self.keys.len() && keys.iter().all(|key| self.key(key.id().as_str()).is_some());
        (Self { generation: self.generation + u64::from(!is_same_set), keys, terms }, opened)
    }

    fn key(&self, id: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.id().as_str() == id)
    }
}
