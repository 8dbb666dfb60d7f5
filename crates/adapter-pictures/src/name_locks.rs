use roster_domain::PictureName;
use roster_ports::PictureLock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

type NameLock = AsyncMutex<()>;

/// One lock for each name, for as long as somebody holds it or waits for it.
#[derive(Default)]
pub(crate) struct NameLocks {
    locks: Mutex<HashMap<PictureName, Weak<NameLock>>>,
}

struct Held {
    _guard: OwnedMutexGuard<()>,
}

impl PictureLock for Held {}

impl NameLocks {
    /// Waits until nobody holds the name.
    pub(crate) async fn lock(&self, name: PictureName) -> Box<dyn PictureLock> {
        let lock = self.of(name);
        Box::new(Held { _guard: lock.lock_owned().await })
    }

    fn of(&self, name: PictureName) -> Arc<NameLock> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&name).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(name, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::PictureFormat;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    fn name(byte: u8) -> PictureName {
        PictureName { sha256: [byte; 32], format: PictureFormat::Jpeg }
    }

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn a_name_is_held_by_one_and_other_names_are_free() {
        let locks = NameLocks::default();
        let held = locks.lock(name(1)).await;
        let mut second = Box::pin(locks.lock(name(1)));
        assert!(poll(second.as_mut()).is_pending());
        drop(locks.lock(name(2)).await);
        assert!(poll(second.as_mut()).is_pending());
        drop(held);
        drop(second.await);
    }

    #[tokio::test]
    async fn locks_that_nobody_holds_take_no_room() {
        let locks = NameLocks::default();
        for byte in 0..=255 {
            drop(locks.lock(name(byte)).await);
        }
        assert!(locks.locks.lock().unwrap().len() <= 1);
    }
}
