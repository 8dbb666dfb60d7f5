use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::statements::Touched;

/// Whether what was read before may still be told.
///
/// A cached answer counts only under the generation that was current before it was read, and only while the writer
/// could look at the database lately: an instance that is cut off must not go on allowing.
pub(super) struct Freshness {
    started: Instant,
    callers: AtomicU64,
    holdings: AtomicU64,
    last_look_ms: AtomicU64,
}

/// What the hot reads answer. Each has generations of its own: access is given and taken far more often than people change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hot {
    /// Callers and clients.
    Callers,
    /// What people hold at facilities.
    Holdings,
}

/// A state of the database, as far as hot reads of a kind are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation(u64);

impl Freshness {
    /// How long a look counts.
    const LASTS: Duration = Duration::from_secs(1);

    /// Freshness whose clock, and first look, started at this moment.
    pub(super) fn since(started: Instant) -> Self {
        let [callers, holdings, last_look_ms] = [0; 3].map(AtomicU64::new);
        Self { started, callers, holdings, last_look_ms }
    }

    /// The generation now. Take it before reading what is to be kept under it.
    pub(super) fn generation(&self, of: Hot) -> Generation {
        Generation(self.counter(of).load(Ordering::SeqCst))
    }

    /// Whether the last successful look is recent enough to trust what was kept.
    pub(super) fn is_recent(&self) -> bool {
        self.looked_within(Self::LASTS)
    }

    /// Whether the last successful look began less than this ago.
    pub(super) fn looked_within(&self, time: Duration) -> bool {
        let last = Duration::from_millis(self.last_look_ms.load(Ordering::SeqCst));
        self.started.elapsed().saturating_sub(last) < time
    }

    /// Makes what was read until now count no more, as far as it was touched.
    pub(super) fn outdate(&self, touched: Touched) {
        for (is_touched, what) in [(touched.callers, Hot::Callers), (touched.holdings, Hot::Holdings)] {
            if is_touched {
                self.counter(what).fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    const fn counter(&self, of: Hot) -> &AtomicU64 {
        match of {
            Hot::Callers => &self.callers,
            Hot::Holdings => &self.holdings,
        }
    }

    /// Notes a successful look that began at this moment.
    pub(super) fn looked(&self, at: Instant) {
        let since_start = at.saturating_duration_since(self.started).as_millis();
        self.last_look_ms.store(u64::try_from(since_start).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}
