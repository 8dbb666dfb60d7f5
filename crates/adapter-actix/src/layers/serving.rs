use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Cors;

/// How the service serves, and whether it still wants to.
pub(crate) struct Serving {
    /// Which web pages of other origins may call.
    pub(crate) cors: Cors,
    /// How long a read may take.
    pub(crate) request_timeout: Duration,
    draining: AtomicBool,
}

impl Serving {
    /// A service that is not about to stop.
    pub(crate) const fn new(cors: Cors, request_timeout: Duration) -> Self {
        Self { cors, request_timeout, draining: AtomicBool::new(false) }
    }

    /// Says from now on that no new work is wanted.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether [`Serving::drain`] was called.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
