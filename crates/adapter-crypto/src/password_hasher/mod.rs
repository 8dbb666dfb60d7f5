//! Slow hashing of passwords, isolated from everything else.

mod answer_times;
mod hashing_threads;
mod pace;
mod pepper;
mod stored_hash;

use async_trait::async_trait;
use ring::hmac;
use roster_ports::{HashingError, PasswordHash, PasswordHasher, Verdict};
use secrecy::SecretString;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::master_secret::{Keys, MasterSecrets, Purpose};
use answer_times::AnswerTimes;
use hashing_threads::HashingThreads;
use pace::Pace;
use pepper::Pepper;
use stored_hash::{COSTS, StoredHash};

/// Hashes passwords with bcrypt over a keyed hash, on a few threads of its own.
///
/// What is stored is `v1$<pepper>$<bcrypt>`: the short name of the master secret, and bcrypt of
/// `base64(HMAC-SHA-384(pepper, NFC(password)))`. Those are 64 characters, so bcrypt sees all of a password of any length;
/// and without the master secret a stolen hash cannot even be guessed at. A plain bcrypt hash of another system is
/// verified as that system did, and found outdated.
///
/// That a password is wrong is told when the slowest hash would have been done, but no later than 2 s after the turn of
/// the password came; no thread waits meanwhile. How long that is, is learnt from the hashes that are made. That it is
/// right is told at once.
///
/// The threads end when the hasher is dropped and the last queued password is done.
pub struct BcryptHasher {
    worker: Arc<Worker>,
    threads: HashingThreads,
}

/// What the threads share.
struct Worker {
    peppers: Keys<Pepper>,
    cost: u32,
    times: Mutex<AnswerTimes>,
}

impl BcryptHasher {
    /// A hasher with this bcrypt cost (4–14), this many threads (at least one) and this many waiting passwords beside
    /// those being hashed. Fails for another cost, and when the system starts no thread. It hashes a little to learn how
    /// fast the machine is, which takes some milliseconds.
    pub fn new(secrets: &MasterSecrets, cost: u32, threads: usize, queue: usize) -> io::Result<Self> {
        if !COSTS.contains(&cost) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the bcrypt cost must be 4 to 14"));
        }
        let keys = secrets.derive(Purpose::Pepper, |key| hmac::Key::new(hmac::HMAC_SHA384, &**key));
        let peppers = keys.zip(secrets.ids(), Pepper::new);
        let times = AnswerTimes::new(cost, first_pace(), threads, Instant::now());
        let worker = Arc::new(Worker { peppers, cost, times: Mutex::new(times) });
        Ok(Self { worker, threads: HashingThreads::start(threads, queue)? })
    }
}

/// The best of a few cheap tries: what disturbed the others is not bcrypt.
fn first_pace() -> Pace {
    const COST: u32 = 5;
    let try_once = || {
        let start = Instant::now();
        std::hint::black_box(bcrypt::bcrypt(COST, [0; 16], b"\0"));
        start.elapsed()
    };
    Pace::of(COST, [try_once(), try_once(), try_once()].into_iter().min().unwrap_or_default())
}

impl Worker {
    fn hash(&self, password: &SecretString) -> Result<PasswordHash, HashingError> {
        let start = Instant::now();
        self.times().begin(start, None);
        let hash = StoredHash::of(password, &self.peppers.current, self.cost)?;
        self.times().learn(self.cost, start.elapsed());
        Ok(hash.to_stored())
    }

    /// The verdict, and from when on it may be told if it is that the password is wrong.
    fn verify(
        &self,
        password: &SecretString,
        against: Option<&PasswordHash>,
        highest_cost: Option<u32>,
    ) -> Result<(Verdict, Instant), HashingError> {
        let start = Instant::now();
        let wrong_from = self.times().begin(start, highest_cost);
        let current = &self.peppers.current;
        let hash = match against {
            Some(stored) => StoredHash::from_stored(stored)?,
            None => StoredHash::of_nothing(current, self.cost),
        };
        let is_right = hash.verify(password, &self.peppers)? && against.is_some();
        self.times().learn(hash.cost, start.elapsed());
        let verdict = match is_right {
            false => Verdict::Wrong,
            true if hash.is_up_to_date(current, self.cost) => Verdict::Right,
            true => Verdict::RightButOutdated,
        };
        Ok((verdict, wrong_from))
    }

    fn times(&self) -> MutexGuard<'_, AnswerTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError> {
        let worker = Arc::clone(&self.worker);
        self.threads.run(move || worker.hash(&password)).await?
    }

    async fn verify(
        &self,
        password: SecretString,
        against: Option<PasswordHash>,
        highest_cost: Option<u32>,
    ) -> Result<Verdict, HashingError> {
        let worker = Arc::clone(&self.worker);
        let verify = move || worker.verify(&password, against.as_ref(), highest_cost);
        let (verdict, wrong_from) = self.threads.run(verify).await??;
        if verdict == Verdict::Wrong {
            tokio::time::sleep_until(wrong_from.into()).await;
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests;
