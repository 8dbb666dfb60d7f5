//! Slow hashing of passwords, isolated from everything else.

mod hashing_threads;
mod peppered_hash;

use async_trait::async_trait;
use ring::hmac;
use roster_ports::{HashingError, PasswordHash, PasswordHasher, Verdict};
use secrecy::SecretString;
use std::io;
use std::sync::Arc;

use crate::master_secret::{Keys, MasterSecrets, Purpose};
use hashing_threads::HashingThreads;
use peppered_hash::{COSTS, Pepper, PepperedHash};

/// Hashes passwords with bcrypt over a keyed hash, on a few threads of its own.
///
/// What is stored is `v1$<pepper>$<bcrypt>`: the first four bytes of the master secret's fingerprint in hexadecimal,
/// and bcrypt of `base64(HMAC-SHA-384(pepper, NFC(password)))`. Those are 64 characters, so bcrypt sees all of a
/// password of any length; and without the master secret a stolen hash cannot even be guessed at.
///
/// The threads end when the hasher is dropped and the last queued password is done.
pub struct BcryptHasher {
    peppers: Arc<Keys<Pepper>>,
    cost: u32,
    threads: HashingThreads,
}

impl BcryptHasher {
    /// A hasher with this bcrypt cost (4–14), this many threads (at least one) and this many waiting passwords beside
    /// those being hashed. Fails for another cost, and when the system starts no thread.
    pub fn new(secrets: &MasterSecrets, cost: u32, threads: usize, queue: usize) -> io::Result<Self> {
        if !COSTS.contains(&cost) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the bcrypt cost must be 4 to 14"));
        }
        let keys = secrets.derive(Purpose::Pepper, |key| hmac::Key::new(hmac::HMAC_SHA384, &**key));
        let peppers = keys.zip(secrets.derive(Purpose::Fingerprint, |key| **key), Pepper::new);
        Ok(Self { peppers: Arc::new(peppers), cost, threads: HashingThreads::start(threads, queue)? })
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError> {
        let (peppers, cost) = (Arc::clone(&self.peppers), self.cost);
        let hash = move || PepperedHash::of(&password, &peppers.current, cost).map(|hash| hash.to_stored());
        self.threads.run(hash).await?
    }

    async fn verify(
        &self,
        password: SecretString,
        against: Option<PasswordHash>,
        _highest_cost: Option<u32>,
    ) -> Result<Verdict, HashingError> {
        let (peppers, cost) = (Arc::clone(&self.peppers), self.cost);
        let verify = move || match against {
            Some(stored) => PepperedHash::from_stored(&stored)?.verify(&password, &peppers),
            None => PepperedHash::of_nothing(&peppers.current, cost)
                .verify(&password, &peppers)
                .map(|_| Verdict::Wrong),
        };
        self.threads.run(verify).await?
    }
}

#[cfg(test)]
mod tests;
