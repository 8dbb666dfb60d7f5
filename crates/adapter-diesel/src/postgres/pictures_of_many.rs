use async_trait::async_trait;
use roster_domain::PictureName;
use roster_ports::{Picture, PictureKeepError, PictureKeeper, PictureLock};
use std::sync::Arc;

use super::SharedLocks;

/// Pictures that several instances keep together: a name is held across all of them.
pub struct PicturesOfMany {
    pictures: Arc<dyn PictureKeeper>,
    locks: SharedLocks,
}

impl PicturesOfMany {
    /// These pictures, under these locks.
    pub fn new(pictures: Arc<dyn PictureKeeper>, locks: SharedLocks) -> Self {
        Self { pictures, locks }
    }
}

#[async_trait]
impl PictureKeeper for PicturesOfMany {
    async fn lock(&self, name: &PictureName) -> Result<Box<dyn PictureLock>, PictureKeepError> {
        self.locks.lock(name).await.map_err(|error| PictureKeepError(error.to_string()))
    }

    async fn keep(&self, picture: &Picture) -> Result<(), PictureKeepError> {
        self.pictures.keep(picture).await
    }

    async fn load(&self, name: &PictureName) -> Result<Option<Vec<u8>>, PictureKeepError> {
        self.pictures.load(name).await
    }

    async fn erase(&self, name: &PictureName) -> Result<(), PictureKeepError> {
        self.pictures.erase(name).await
    }

    async fn list(&self, first: u8) -> Result<Vec<PictureName>, PictureKeepError> {
        self.pictures.list(first).await
    }

    fn is_whole(&self, picture: &Picture) -> bool {
        self.pictures.is_whole(picture)
    }
}
