use quick_cache::sync::Cache;
use ring::digest::{SHA256, digest};

use super::claims::VerifiedClaims;

/// Enough for all that are in use at once; each takes some 300 bytes.
const CAPACITY: usize = 8_192;

/// Remembers tokens that were found valid, by their SHA-256, and the installation of keys that verified them.
///
/// Nothing that a stranger made gets in, so nobody can push the tokens of others out.
pub(super) struct VerifiedTokens {
    tokens: Cache<[u8; 32], Remembered>,
}

#[derive(Clone)]
struct Remembered {
    generation: u64,
    claims: VerifiedClaims,
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self { tokens: Cache::new(CAPACITY) }
    }
}

impl VerifiedTokens {
    /// What the token says, if it was verified with these keys. Its times must be judged again.
    pub(super) fn find(&self, token: &str, generation: u64) -> Option<VerifiedClaims> {
        let known = self.tokens.get(&hash(token))?;
        (known.generation == generation).then_some(known.claims)
    }

    /// Remembers what a valid token says.
    pub(super) fn remember(&self, token: &str, generation: u64, claims: VerifiedClaims) {
        self.tokens.insert(hash(token), Remembered { generation, claims });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}
