use roster_domain::PrincipalId;
use roster_ports::Upload;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bytes of uploads are held at once, from when they arrive until pictures are made of them.
const BYTES: usize = 12 * 1024 * 1024;
/// How many uploads of one account are taken in or worked on at once.
const OF_AN_ACCOUNT: usize = 2;

/// Bounds the memory that uploads take, by the bytes that are there: whoever sends slowly takes little
/// of it. And as an account may have few uploads at once, nobody takes all of it alone.
pub(crate) struct UploadRoom {
    bytes: Arc<Semaphore>,
    /// How many uploads each account has now; those that have none are not in it.
    accounts: Mutex<HashMap<PrincipalId, usize>>,
}

/// An upload's place among those of its account, until dropped.
pub(crate) struct Turn<'r> {
    room: &'r UploadRoom,
    account: PrincipalId,
}

/// The bytes of an upload, which grow while there is room for them.
pub(crate) struct RoomyBytes {
    room: Arc<Semaphore>,
    bytes: Vec<u8>,
    held: Option<OwnedSemaphorePermit>,
    max: usize,
}

/// Why bytes were not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// It would be more than an upload may have.
    TooLarge,
    /// Other uploads take all the room.
    Busy,
}

impl UploadRoom {
    pub(crate) fn new() -> Self {
        Self { bytes: Arc::new(Semaphore::new(BYTES)), accounts: Mutex::default() }
    }

    /// A turn for an upload of this account, unless it has enough already.
    pub(crate) fn turn(&self, account: PrincipalId) -> Option<Turn<'_>> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = accounts.entry(account.clone()).or_default();
        (*count < OF_AN_ACCOUNT).then(|| {
            *count += 1;
            Turn { room: self, account }
        })
    }

    /// An upload of which nothing is there yet.
    pub(crate) fn bytes(&self, max: usize) -> RoomyBytes {
        RoomyBytes { room: Arc::clone(&self.bytes), bytes: Vec::new(), held: None, max }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut accounts = self.room.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = accounts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                accounts.remove(&self.account);
            }
        }
    }
}

impl RoomyBytes {
    /// The least that is taken at once.
    const STEP: usize = 64 * 1024;

    /// Takes some more. What there is no room for is told at once: whoever waited would hold what it has meanwhile, and
    /// so might all.
    pub(crate) fn extend(&mut self, chunk: &[u8]) -> Result<(), NoRoom> {
        let length = self.bytes.len() + chunk.len();
        if length > self.max {
            return Err(NoRoom::TooLarge);
        }
        let capacity = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if length > capacity {
            // Doubled, so that it is seldom moved, and never beyond what it may become.
            let grown = length.max(2 * capacity).max(Self::STEP).min(self.max);
            let more = u32::try_from(grown - capacity).map_err(|_| NoRoom::Busy)?;
            let more = Arc::clone(&self.room).try_acquire_many_owned(more).map_err(|_| NoRoom::Busy)?;
            match &mut self.held {
                Some(held) => held.merge(more),
                None => self.held = Some(more),
            }
            self.bytes.reserve_exact(grown - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// All that came, counted until it is let go.
    pub(crate) fn finish(self) -> Upload {
        Upload { bytes: self.bytes, held: Box::new(self.held) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::ClientId;

    const MAX: usize = 5 * 1024 * 1024;

    fn account(name: &str) -> PrincipalId {
        PrincipalId::Client(name.parse::<ClientId>().unwrap())
    }

    #[test]
    fn whoever_sends_little_takes_little() {
        let room = UploadRoom::new();
        let mut slow: Vec<_> = (0..100).map(|_| room.bytes(MAX)).collect();
        for upload in &mut slow {
            upload.extend(b"a little").unwrap();
        }
        let mut whole = room.bytes(MAX);
        (0..1_280).for_each(|_| whole.extend(&[0; 4 * 1024]).unwrap());
        assert_eq!(whole.finish().bytes.len(), MAX);
    }

    #[test]
    fn no_more_is_held_than_there_is_room_for_and_what_goes_makes_room() {
        let room = UploadRoom::new();
        let mut held = Vec::new();
        loop {
            let mut upload = room.bytes(MAX);
            if (0..1_280).any(|_| upload.extend(&[0; 4 * 1024]) == Err(NoRoom::Busy)) {
                break;
            }
            held.push(upload);
        }
        assert_eq!(held.len(), BYTES / MAX);
        assert!(held.iter().all(|upload| upload.bytes.capacity() == MAX), "nothing is reserved in vain");
        drop(held);
        assert_eq!(room.bytes.available_permits(), BYTES);
    }

    #[test]
    fn an_upload_counts_until_it_is_let_go() {
        let room = UploadRoom::new();
        let mut upload = room.bytes(MAX);
        upload.extend(&vec![0; MAX]).unwrap();
        let upload = upload.finish();
        assert_eq!(room.bytes.available_permits(), BYTES - MAX);
        drop(upload);
        assert_eq!(room.bytes.available_permits(), BYTES);
    }

    #[test]
    fn an_upload_has_a_size() {
        let room = UploadRoom::new();
        let mut upload = room.bytes(MAX);
        upload.extend(&vec![0; MAX]).unwrap();
        assert_eq!(upload.extend(b"x"), Err(NoRoom::TooLarge));
    }

    #[test]
    fn an_account_has_few_turns_and_gets_them_back() {
        let room = UploadRoom::new();
        let (first, second) = (room.turn(account("one")), room.turn(account("one")));
        assert!(first.is_some() && second.is_some());
        assert!(room.turn(account("one")).is_none());
        assert!(room.turn(account("other")).is_some());
        drop(first);
        assert!(room.turn(account("one")).is_some());
        drop(second);
        assert!(room.accounts.lock().unwrap().is_empty(), "nobody who has no upload is remembered");
    }
}
