use async_trait::async_trait;
use roster_ports::{Picture, PictureFault, PictureStudio, Upload};
use std::sync::{Arc, RwLock};
use tokio::sync::Semaphore;

use crate::development::develop;

/// Makes pictures on the blocking threads of tokio: two at a time, but one that takes much memory alone.
///
/// Uploads of 12 MiB in all may wait or be worked on; beyond that the studio is busy. What a decoder panics on counts
/// as broken. A picture that nobody waits for any more is finished all the same, so it keeps its place.
pub struct ImageStudio {
    /// How many bytes of uploads may yet be taken in.
    upload_bytes: Arc<Semaphore>,
    desks: Arc<Semaphore>,
    memory: Arc<RwLock<()>>,
}

const UPLOAD_BYTES: usize = 12 * 1024 * 1024;
const DESKS: usize = 2;

impl ImageStudio {
    /// A studio with nothing to do.
    pub fn new() -> Self {
        Self {
            upload_bytes: Arc::new(Semaphore::new(UPLOAD_BYTES)),
            desks: Arc::new(Semaphore::new(DESKS)),
            memory: Arc::default(),
        }
    }
}

impl Default for ImageStudio {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl PictureStudio for ImageStudio {
    async fn develop(&self, upload: Upload) -> Result<Picture, PictureFault> {
        self.at_a_desk(upload, develop).await
    }
}

impl ImageStudio {
    async fn at_a_desk(
        &self,
        upload: Upload,
        work: impl FnOnce(&[u8], &RwLock<()>) -> Result<Picture, PictureFault> + Send + 'static,
    ) -> Result<Picture, PictureFault> {
        let size = u32::try_from(upload.bytes.len()).map_err(|_| PictureFault::Busy)?;
        let bytes =
            Arc::clone(&self.upload_bytes).try_acquire_many_owned(size).map_err(|_| PictureFault::Busy)?;
        let desk = Arc::clone(&self.desks).acquire_owned().await.map_err(|_| PictureFault::Busy)?;
        let memory = Arc::clone(&self.memory);
        let working = tokio::task::spawn_blocking(move || {
            // They go with this work, not with whoever waits for it.
            let (_bytes, _desk) = (bytes, desk);
            work(&upload.bytes, &memory)
        });
        working.await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "a picture could not be decoded");
            Err(PictureFault::Broken)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn is_pending(future: std::pin::Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn more_than_may_wait_is_busy_at_once() {
        let studio = ImageStudio::new();
        let all_desks = studio.desks.acquire_many(2).await.unwrap();
        let mut waiting = pin!(studio.develop(vec![0; UPLOAD_BYTES - 10].into()));
        assert!(is_pending(waiting.as_mut()));
        assert_eq!(studio.develop(vec![0; 11].into()).await, Err(PictureFault::Busy));
        let mut small = pin!(studio.develop(vec![0; 10].into()));
        assert!(is_pending(small.as_mut()));

        drop(all_desks);
        assert_eq!(waiting.await, Err(PictureFault::UnknownFormat));
        assert_eq!(small.await, Err(PictureFault::UnknownFormat));
        assert_eq!(studio.upload_bytes.available_permits(), UPLOAD_BYTES);
    }

    #[tokio::test]
    async fn what_a_decoder_panics_on_is_broken_and_the_studio_goes_on() {
        let studio = ImageStudio::new();
        for _ in 0..3 {
            let developed = studio.at_a_desk(vec![0; 10].into(), |_, memory| {
                let _alone = memory.write();
                panic!("on purpose")
            });
            assert_eq!(developed.await, Err(PictureFault::Broken));
        }
        assert_eq!(studio.upload_bytes.available_permits(), UPLOAD_BYTES);
        assert_eq!(studio.develop(b"text".to_vec().into()).await, Err(PictureFault::UnknownFormat));
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_leaves_nothing_behind() {
        let studio = ImageStudio::new();
        let all_desks = studio.desks.acquire_many(2).await.unwrap();
        let mut waiting = Box::pin(studio.develop(vec![0; 100].into()));
        assert!(is_pending(waiting.as_mut()));
        drop(waiting);
        drop(all_desks);
        assert_eq!(studio.upload_bytes.available_permits(), UPLOAD_BYTES);
        assert_eq!(studio.desks.available_permits(), DESKS);
    }
}
