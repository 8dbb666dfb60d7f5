use roster_domain::{AttemptId, Instant};
use roster_ports::{Attempt, Pseudonym};

use super::people::{at, uuid};
use super::world::World;

/// A try of this number that counts for these.
fn attempt(n: u128, ms: i64, counts_for: &[u8]) -> Attempt {
    let counts_for = counts_for.iter().map(|of| Pseudonym([*of; 16])).collect();
    Attempt { id: AttemptId::new(uuid(n)), at: at(ms), counts_for }
}

impl World {
    fn count_try(&self, attempt: &Attempt) {
        let attempt = attempt.clone();
        self.run(move |tx| tx.attempts_mut().count(&attempt));
    }

    fn take_back(&self, attempt: &Attempt) {
        let attempt = attempt.clone();
        self.run(move |tx| tx.attempts_mut().take_back(&attempt));
    }

    fn latest(&self, of: u8, after: i64, until: i64, take: u32) -> Vec<Instant> {
        self.read(move |tx| tx.attempts().latest(Pseudonym([of; 16]), at(after), at(until), take))
    }

    /// All tries for this one.
    fn tries(&self, of: u8) -> Vec<Instant> {
        self.latest(of, -1_000, 1_000_000, 100)
    }

    fn forget_tries(&self, before: i64, limit: u32) -> u32 {
        self.run(move |tx| tx.attempts_mut().sweep(at(before), limit))
    }
}

pub(crate) fn a_try_counts_for_each_that_it_names(world: &World) {
    world.count_try(&attempt(1, 5, &[1, 2, 3]));
    world.count_try(&attempt(2, 6, &[2]));
    assert_eq!([1, 2, 3, 4].map(|of| world.tries(of).len()), [1, 2, 1, 0]);
    assert_eq!(world.tries(1), [at(5)]);
}

pub(crate) fn a_try_that_names_one_twice_counts_once(world: &World) {
    world.count_try(&attempt(1, 5, &[1, 1]));
    assert_eq!(world.tries(1), [at(5)]);
}

pub(crate) fn a_try_that_names_none_counts_for_none(world: &World) {
    world.count_try(&attempt(1, 5, &[]));
    world.take_back(&attempt(1, 5, &[]));
    assert_eq!(world.forget_tries(1_000, 9), 0);
}

pub(crate) fn tries_at_one_instant_all_count(world: &World) {
    for n in [1, 2, 3] {
        world.count_try(&attempt(n, 5, &[1]));
    }
    assert_eq!(world.tries(1), [at(5); 3]);
}

pub(crate) fn tries_come_newest_first_within_the_time_and_no_more_than_asked(world: &World) {
    for (n, ms) in [(1, 30), (2, 10), (3, 40), (4, 20)] {
        world.count_try(&attempt(n, ms, &[1]));
    }
    world.count_try(&attempt(5, 25, &[2]));
    assert_eq!(world.latest(1, 0, 100, 9), [at(40), at(30), at(20), at(10)]);
    assert_eq!(world.latest(1, 0, 100, 2), [at(40), at(30)]);
    assert!(world.latest(1, 0, 100, 0).is_empty());
    assert_eq!(world.latest(1, 10, 30, 9), [at(30), at(20)], "after the one, until and with the other");
    assert!(world.latest(1, 30, 39, 9).is_empty());
    assert!(world.latest(1, 40, 10, 9).is_empty());
}

pub(crate) fn a_try_that_is_taken_back_counts_for_none(world: &World) {
    let (one, twin) = (attempt(1, 5, &[1, 2]), attempt(2, 5, &[1, 2]));
    world.count_try(&one);
    world.count_try(&twin);
    world.take_back(&one);
    assert_eq!((world.tries(1), world.tries(2)), (vec![at(5)], vec![at(5)]));
    world.take_back(&one);
    assert_eq!((world.tries(1), world.tries(2)), (vec![at(5)], vec![at(5)]), "it was taken back already");
    world.take_back(&twin);
    assert_eq!((world.tries(1), world.tries(2)), (vec![], vec![]));
    world.take_back(&attempt(3, 5, &[1]));
}

pub(crate) fn old_tries_are_forgotten_and_no_more_than_asked(world: &World) {
    for (n, ms) in [(1, 30), (2, 10), (3, 40), (4, 20)] {
        world.count_try(&attempt(n, ms, &[1, 2]));
    }
    assert_eq!(world.forget_tries(10, 9), 0);
    assert_eq!(world.forget_tries(40, 4), 4);
    assert_eq!((world.tries(1), world.tries(2)), (vec![at(40), at(30)], vec![at(40), at(30)]));
    assert_eq!(world.forget_tries(40, 4), 2);
    assert_eq!(world.forget_tries(40, 4), 0);
    assert_eq!((world.tries(1), world.tries(2)), (vec![at(40)], vec![at(40)]));
}
