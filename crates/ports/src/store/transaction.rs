use async_trait::async_trait;
use roster_domain::{Client, ClientId, Event, Events, FacilityId, SessionId, User, UserId};
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Holdings, ReadAccess, ReadAccessHistory, ReadAttempts, ReadClients, ReadCredentials, ReadKeys,
    ReadPictures, ReadReplays, ReadSessions, ReadUsers, StoreError, Stored, WriteAccess, WriteAttempts,
    WriteClients, WriteCredentials, WriteKeys, WritePictures, WriteReplays, WriteSessions, WriteUsers,
};

/// A consistent view of the store. It has no method that writes, so a replica can serve it.
pub trait ReadTx {
    /// People.
    fn users(&mut self) -> &mut dyn ReadUsers;
    /// Passwords.
    fn credentials(&mut self) -> &mut dyn ReadCredentials;
    /// Facility access.
    fn access(&mut self) -> &mut dyn ReadAccess;
    /// Facility access as it was.
    fn access_history(&mut self) -> &mut dyn ReadAccessHistory;
    /// Sign-ins.
    fn sessions(&mut self) -> &mut dyn ReadSessions;
    /// Failed tries to prove a password.
    fn attempts(&mut self) -> &mut dyn ReadAttempts;
    /// Clients of the token endpoint.
    fn clients(&mut self) -> &mut dyn ReadClients;
    /// Signing keys and fingerprints.
    fn keys(&mut self) -> &mut dyn ReadKeys;
    /// Who refers to which picture.
    fn pictures(&mut self) -> &mut dyn ReadPictures;
    /// Outcomes to be answered again.
    fn replays(&mut self) -> &mut dyn ReadReplays;
}

/// A transaction that may write: it sees what it wrote, and all of it happens or nothing.
pub trait WriteTx: ReadTx {
    /// People.
    fn users_mut(&mut self) -> &mut dyn WriteUsers;
    /// Passwords.
    fn credentials_mut(&mut self) -> &mut dyn WriteCredentials;
    /// Facility access.
    fn access_mut(&mut self) -> &mut dyn WriteAccess;
    /// Sign-ins.
    fn sessions_mut(&mut self) -> &mut dyn WriteSessions;
    /// Failed tries to prove a password.
    fn attempts_mut(&mut self) -> &mut dyn WriteAttempts;
    /// Clients of the token endpoint.
    fn clients_mut(&mut self) -> &mut dyn WriteClients;
    /// Signing keys and fingerprints.
    fn keys_mut(&mut self) -> &mut dyn WriteKeys;
    /// Pictures to be erased.
    fn pictures_mut(&mut self) -> &mut dyn WritePictures;
    /// Outcomes to be answered again.
    fn replays_mut(&mut self) -> &mut dyn WriteReplays;
}

/// How a write ended that may stand. What changed cannot be told without its events.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is made once a write and taken apart at once; a box would only cost"
)]
pub enum Done<T> {
    /// Something changed, and this is what happened.
    Changed(T, Events),
    /// All was already as asked.
    Unchanged(T),
    /// Only what is nobody's record changed: statistics, counters, clean-up.
    Bookkeeping(T),
}

/// Why nothing of a write may remain.
#[derive(Debug)]
pub enum Abort<E> {
    /// The use case refuses.
    Refused(E),
    /// The store failed. Only this may be tried again.
    Store(StoreError),
}

impl<E> From<StoreError> for Abort<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Why a [`WriteJob`] wants nothing to remain.
#[derive(Debug)]
pub enum Undo {
    /// The use case refused; it keeps the reason itself.
    Refused,
    /// The store failed.
    Store(StoreError),
}

/// A read, as the adapter runs it: it may be run again.
pub type ReadJob = Box<dyn FnMut(&mut dyn ReadTx) -> Result<(), StoreError> + Send>;

/// A write, as the adapter runs it: it may be run again. It returns the events to be inserted last.
pub type WriteJob = Box<dyn FnMut(&mut dyn WriteTx) -> Result<Vec<Event>, Undo> + Send>;

/// Keeps everything. Use cases call the typed face, [`Store::read`](dyn Store) and `write`; adapters implement the rest.
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs a read against one consistent snapshot.
    async fn run_read(&self, job: ReadJob) -> Result<(), StoreError>;

    /// Runs a read that only lists, and on which no right rests: a standby may answer it that shows everything which was
    /// acknowledged before the call.
    async fn run_list(&self, job: ReadJob) -> Result<(), StoreError> {
        self.run_read(job).await
    }

    /// Runs a write in one transaction with its events, durable on return. Nothing remains of one that fails.
    ///
    /// Returns `Ok` also for [`Undo::Refused`], of which nothing remains either.
    async fn run_write(&self, job: WriteJob) -> Result<(), StoreError>;

    /// The user as they are now, in one statement: `None` where the user is gone, the session is not a living one of
    /// theirs, or its client is disabled. A disabled user is returned; look at the status.
    ///
    /// The hot read of every request: it may come from a cache that falls with any change of the three.
    async fn caller(&self, user: UserId, session: SessionId) -> Stored<Option<Arc<User>>>;

    /// The client as it is now, or `None`. As hot as [`Store::caller`], and cached by the same rule.
    async fn client(&self, client: &ClientId) -> Stored<Option<Arc<Client>>>;

    /// What is on record for each of these people at these facilities now; there is nothing about people
    /// who are unknown. A disabled person's is returned; look at the status.
    ///
    /// The hot read of every decision about access: it may come from a cache that falls with any change of these. It shows
    /// whatever was acknowledged before; of a change that is under way it may show some of them before and others after.
    async fn holdings(&self, of: &[(UserId, FacilityId)]) -> Stored<Holdings>;

    /// Gives committed events their place in the feed where that does not happen with their own commit; returns how many
    /// got one. It is to be called several times a second, and costs little where there is nothing to do.
    async fn number_events(&self) -> Stored<u64>;

    /// Whether the store answers and its schema is one that this release can use.
    async fn ready(&self) -> Stored<()>;
}

impl dyn Store + '_ {
    /// Reads from one consistent snapshot. The closure calls no other port and may be run again.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut dyn ReadTx) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let (job, slot) = reading(read);
        self.run_read(job).await?;
        slot.take()
    }

    /// Like [`read`](Self::read), for a list on which no right rests: see [`Store::run_list`].
    pub async fn list<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut dyn ReadTx) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let (job, slot) = reading(read);
        self.run_list(job).await?;
        slot.take()
    }

    /// Writes in one transaction. The closure calls no other port and may be run again.
    pub async fn write<T: Send + 'static, E: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut dyn WriteTx) -> Result<Done<T>, Abort<E>> + Send + 'static,
    ) -> Result<T, Abort<E>> {
        let slot = Slot::default();
        let answer = slot.clone();
        self.run_write(Box::new(move |tx| match write(tx) {
            Ok(Done::Changed(value, events)) => {
                answer.put(Ok(value));
                Ok(events.into_vec())
            }
            Ok(Done::Unchanged(value) | Done::Bookkeeping(value)) => {
                answer.put(Ok(value));
                Ok(Vec::new())
            }
            Err(Abort::Refused(refusal)) => {
                answer.put(Err(refusal));
                Err(Undo::Refused)
            }
            Err(Abort::Store(error)) => Err(Undo::Store(error)),
        }))
        .await?;
        slot.take()?.map_err(Abort::Refused)
    }
}

/// A closure as a job, and where it leaves its answer.
fn reading<T: Send + 'static>(
    mut read: impl FnMut(&mut dyn ReadTx) -> Stored<T> + Send + 'static,
) -> (ReadJob, Slot<T>) {
    let slot = Slot::default();
    let answer = slot.clone();
    let job: ReadJob = Box::new(move |tx| {
        answer.put(read(tx)?);
        Ok(())
    });
    (job, slot)
}

/// Hands the last answer of a closure back to whoever waits for it.
struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Slot<T> {
    fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    fn take(&self) -> Stored<T> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| StoreError::Failed("the adapter did not run the job".to_owned()))
    }
}
