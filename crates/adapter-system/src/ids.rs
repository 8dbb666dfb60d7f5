use roster_ports::{Clock, Ids};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Makes UUIDs of version 7, each greater than the one before, whatever the clock does.
pub struct SystemIds {
    clock: Arc<dyn Clock>,
    sequence: Mutex<Sequence>,
}

impl SystemIds {
    /// Ids by this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, sequence: Mutex::default() }
    }
}

impl Ids for SystemIds {
    fn uuid(&self) -> Uuid {
        let random = random_bits();
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        self.sequence.lock().unwrap_or_else(PoisonError::into_inner).next(millis, random)
    }
}

#[expect(clippy::expect_used, reason = "a machine without a random source can serve nobody safely")]
fn random_bits() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    u128::from_ne_bytes(bytes)
}

/// What a UUID of version 7 says beside version and variant: 48 bits of milliseconds, then 74 random bits.
///
/// Within one millisecond, and while the clock lags behind, the random bits count upwards in random steps
/// (RFC 9562 §6.2, method 2) and carry into the milliseconds when they are used up.
#[derive(Default)]
struct Sequence {
    last: u128,
}

const RANDOM_BITS: u32 = 74;
const RANDOM_MASK: u128 = (1 << RANDOM_BITS) - 1;
/// The top random bit starts as zero, so that there is room to count upwards.
const START_MASK: u128 = RANDOM_MASK >> 1;
/// No step is smaller, so the low 32 bits of an id are free for whoever numbers the events of one write.
const STEP: u128 = 1 << 32;

impl Sequence {
    fn next(&mut self, millis: u64, random: u128) -> Uuid {
        let fresh = u128::from(millis) << RANDOM_BITS | random & START_MASK;
        let is_new_millisecond = fresh >> RANDOM_BITS > self.last >> RANDOM_BITS;
        self.last = if is_new_millisecond { fresh } else { self.last + STEP + (random & (STEP - 1)) };
        Self::uuid(self.last)
    }

    fn uuid(bits: u128) -> Uuid {
        const VERSION: u128 = 7 << 76;
        const VARIANT: u128 = 0b10 << 62;
        let millis = bits >> RANDOM_BITS & 0xffff_ffff_ffff;
        let random = bits & RANDOM_MASK;
        Uuid::from_u128(millis << 80 | VERSION | random >> 62 << 64 | VARIANT | random & ((1 << 62) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{EventId, Instant};
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct SteppingClock(AtomicI64);

    impl Clock for SteppingClock {
        fn now(&self) -> Instant {
            Instant::from_timestamp_millis(self.0.load(Ordering::Relaxed)).unwrap()
        }
    }

    fn ids_at(millis: i64) -> (Arc<SteppingClock>, SystemIds) {
        let clock = Arc::new(SteppingClock(AtomicI64::new(millis)));
        (Arc::clone(&clock), SystemIds::new(clock))
    }

    #[test]
    fn ids_are_uuids_of_version_seven_with_the_time_first() {
        let (_, ids) = ids_at(1_645_557_742_000);
        let id = ids.uuid();
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(id.to_string().starts_with("017f22e2-79b0-7"), "{id}");
    }

    #[test]
    fn the_example_of_the_standard_is_met_bit_by_bit() {
        let random = 0xcc3 << 62 | 0x18c4_dc0c_0c07_398f;
        assert_eq!(
            Sequence::uuid(0x017F_22E2_79B0 << RANDOM_BITS | random),
            Uuid::from_u128(0x017f_22e2_79b0_7cc3_98c4_dc0c_0c07_398f)
        );
    }

    #[test]
    fn ids_grow_within_one_millisecond_and_when_the_clock_steps_back() {
        let (clock, ids) = ids_at(1_700_000_000_000);
        let mut last = ids.uuid();
        for step in [0, 0, 0, -3_600_000, 0, 1, 0, 3_700_000, 0] {
            clock.0.fetch_add(step, Ordering::Relaxed);
            for _ in 0..100 {
                let next = ids.uuid();
                assert!(next > last, "{next} > {last}");
                last = next;
            }
        }
    }

    #[test]
    fn used_up_random_bits_carry_into_the_time() {
        let mut sequence = Sequence { last: 5 << RANDOM_BITS | RANDOM_MASK };
        let before = Sequence::uuid(sequence.last);
        let after = sequence.next(5, 0);
        assert!(after > before);
        assert_eq!((after.get_version_num(), after.get_variant()), (7, uuid::Variant::RFC4122));
        assert_eq!(after.as_u128() >> 80, 6);
    }

    #[test]
    fn the_events_of_one_write_never_meet_the_next_id() {
        let (_, ids) = ids_at(1_700_000_000_000);
        let (first, second) = (ids.uuid(), ids.uuid());
        let upper = |id: Uuid| id.as_u128() >> 32;
        assert!(upper(second) > upper(first));
        assert_eq!(upper(EventId::new(first).after(usize::MAX).uuid()), upper(first));
    }

    #[test]
    fn threads_never_share_an_id() {
        let (_, ids) = ids_at(1_700_000_000_000);
        let made: Vec<Uuid> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..1_000).map(|_| ids.uuid()).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), 4_000);
    }
}
