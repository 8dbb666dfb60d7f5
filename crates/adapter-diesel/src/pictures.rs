use async_trait::async_trait;
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{
    Abort, Done, Picture, PictureKeepError, PictureKeeper, PictureLock, Store, StoreError, WriteTx,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Keeps pictures in the database itself.
///
/// Its lock holds within this process: where several have the database, [`PicturesOfMany`](crate::PicturesOfMany)
/// locks across them.
pub struct DatabasePictures {
    store: Arc<dyn Store>,
    /// One picture at a time is enough.
    lock: Arc<Mutex<()>>,
}

struct Held {
    _guard: OwnedMutexGuard<()>,
}

impl PictureLock for Held {}

/// How many names one look takes.
const PIECE: u32 = 1_000;

impl DatabasePictures {
    /// Pictures in this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, lock: Arc::default() }
    }

    async fn change(
        &self,
        mut change: impl FnMut(&mut dyn WriteTx) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), PictureKeepError> {
        let changed = self.store.write::<(), ()>(move |tx| Ok(Done::Bookkeeping(change(tx)?)));
        changed.await.map_err(|abort| match abort {
            Abort::Store(error) => failed(&error),
            Abort::Refused(()) => PictureKeepError("nobody refuses here".to_owned()),
        })
    }
}

fn failed(error: &StoreError) -> PictureKeepError {
    PictureKeepError(error.to_string())
}

#[async_trait]
impl PictureKeeper for DatabasePictures {
    async fn lock(&self, _: &PictureName) -> Result<Box<dyn PictureLock>, PictureKeepError> {
        Ok(Box::new(Held { _guard: Arc::clone(&self.lock).lock_owned().await }))
    }

    async fn keep(&self, picture: &Picture) -> Result<(), PictureKeepError> {
        let picture = picture.clone();
        self.change(move |tx| tx.pictures_mut().hold(&picture)).await
    }

    async fn load(&self, name: &PictureName) -> Result<Option<Vec<u8>>, PictureKeepError> {
        let name = *name;
        self.store.read(move |tx| tx.pictures().held(&name)).await.map_err(|error| failed(&error))
    }

    async fn erase(&self, name: &PictureName) -> Result<(), PictureKeepError> {
        let name = *name;
        self.change(move |tx| tx.pictures_mut().release(&name)).await
    }

    async fn list(&self, first: u8) -> Result<Vec<PictureName>, PictureKeepError> {
        let mut names: Vec<PictureName> = Vec::new();
        let mut after = last_before(first);
        loop {
            let piece = self.store.read(move |tx| tx.pictures().all_held(after, PIECE)).await;
            let piece = piece.map_err(|error| failed(&error))?;
            let begins = |name: &PictureName| name.sha256.first() == Some(&first);
            let of_byte = piece.iter().copied().filter(begins).count();
            names.extend(piece.iter().copied().filter(begins));
            if of_byte < piece.len() || piece.is_empty() {
                return Ok(names);
            }
            after = piece.last().copied();
        }
    }

    fn is_whole(&self, picture: &Picture) -> bool {
        <[u8; 32]>::from(Sha256::digest(&picture.bytes)) == picture.name.sha256
    }
}

/// The last name that could come before those that begin with this byte.
fn last_before(first: u8) -> Option<PictureName> {
    let mut sha256 = [0xff; 32];
    let [before, ..] = &mut sha256;
    *before = first.checked_sub(1)?;
    Some(PictureName { sha256, format: PictureFormat::Png })
}
