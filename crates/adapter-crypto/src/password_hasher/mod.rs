//! Slow hashing of passwords, isolated from everything else.

mod answer_times;
mod hashing_threads;
mod pace;
mod pepper;
mod stored_hash;

use async_trait::async_trait;
use ring::hmac;
use roster_ports::{HashingError, PasswordHash, PasswordHasher, Place, Turn, Verdict};
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
/// That a password is wrong, or that the hash on record cannot be verified, is told when the slowest hash would have been
/// done, but no later than 2 s after the turn of the password came; no thread waits meanwhile. How long that is, is learnt
/// from the hashes that are made. That it is right is told at once.
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

    /// The verdict, and from when on it may be told unless it is that the password is right.
    fn verify(
        &self,
        password: &SecretString,
        against: Option<&PasswordHash>,
        highest_cost: Option<u32>,
    ) -> (Result<Verdict, HashingError>, Instant) {
        let others_from = self.times().begin(Instant::now(), highest_cost);
        (self.judge(password, against), others_from)
    }

    /// What cannot be verified costs one hash, as nobody's password does.
    fn judge(
        &self,
        password: &SecretString,
        against: Option<&PasswordHash>,
    ) -> Result<Verdict, HashingError> {
        let current = &self.peppers.current;
        let read = |stored| StoredHash::from_stored(stored).and_then(|hash| hash.known_to(&self.peppers));
        let kept = against.map(read).transpose();
        let nothing = StoredHash::of_nothing(current, self.cost);
        let hash = kept.as_ref().ok().and_then(Option::as_ref).unwrap_or(&nothing);
        let start = Instant::now();
        let is_right = hash.verify(password, &self.peppers)?;
        self.times().learn(hash.cost, start.elapsed());
        Ok(match kept?.filter(|_| is_right) {
            None => Verdict::Wrong,
            Some(hash) if hash.is_up_to_date(current, self.cost) => Verdict::Right,
            Some(_) => Verdict::RightButOutdated,
        })
    }

    fn times(&self) -> MutexGuard<'_, AnswerTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    fn place(&self) -> Option<Place> {
        self.threads.place()
    }

    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError> {
        let turn = self.turn().await?;
        self.hash_in_turn(turn, password).await
    }

    async fn turn(&self) -> Result<Turn, HashingError> {
        let place = self.place().ok_or(HashingError::Busy)?;
        self.threads.turn(place).await
    }

    async fn hash_in_turn(&self, turn: Turn, password: SecretString) -> Result<PasswordHash, HashingError> {
        let worker = Arc::clone(&self.worker);
        self.threads.run(turn, move || worker.hash(&password)).await?
    }

    async fn verify(
        &self,
        place: Place,
        password: SecretString,
        against: Option<PasswordHash>,
        highest_cost: Option<u32>,
    ) -> Result<Verdict, HashingError> {
        let worker = Arc::clone(&self.worker);
        let verify = move || worker.verify(&password, against.as_ref(), highest_cost);
        let turn = self.threads.turn(place).await?;
        let (verdict, others_from) = self.threads.run(turn, verify).await?;
        if !matches!(verdict, Ok(Verdict::Right | Verdict::RightButOutdated)) {
            tokio::time::sleep_until(others_from.into()).await;
        }
        verdict
    }
}

#[cfg(test)]
mod tests;
