//! Whether some order explains what callers saw: each call acts at one moment between its beginning and its end.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::time::Instant;

/// What somebody did, and when.
#[derive(Clone, Debug)]
pub(super) struct Call<O> {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) did: O,
}

/// What can be done to a thing.
pub(super) trait Deed {
    type State: Clone + Eq + Hash;

    /// The state afterwards; `None` where what was seen shows that it was done to another state.
    fn done_to(&self, state: &Self::State) -> Option<Self::State>;

    /// Whether it never changes anything.
    fn only_looks(&self) -> bool;
}

/// Finds an order in which all calls act on one thing, or says that there is none.
pub(super) fn is_explained<O: Deed>(first: O::State, calls: &[Call<O>]) -> bool {
    let mut calls: Vec<&Call<O>> = calls.iter().collect();
    calls.sort_by_key(|call| call.began);
    let mut known = HashSet::new();
    let mut open = vec![Partly { left: (0..calls.len()).collect(), state: first }];
    while let Some(partly) = open.pop() {
        let partly = partly.looked(&calls);
        if partly.left.is_empty() {
            return true;
        }
        if known.insert(partly.clone()) {
            open.extend(partly.next(&calls));
        }
    }
    false
}

/// Some calls have acted, and brought the thing to a state.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Partly<S> {
    left: BTreeSet<usize>,
    state: S,
}

impl<S: Clone + Eq + Hash> Partly<S> {
    /// Those that may act next: none that began after another one had ended.
    fn candidates<O>(&self, calls: &[&Call<O>]) -> Vec<usize> {
        // Those that are left are in the order of their beginnings.
        let mut earliest_end = None;
        let mut found = Vec::new();
        for &number in &self.left {
            if earliest_end.is_some_and(|end| calls[number].began > end) {
                break;
            }
            earliest_end = earliest_end.into_iter().chain([calls[number].ended]).min();
            found.push(number);
        }
        found.retain(|number| Some(calls[*number].began) <= earliest_end);
        found
    }

    /// With every look that fits done: to look earlier forbids nothing.
    fn looked<O: Deed<State = S>>(mut self, calls: &[&Call<O>]) -> Self {
        loop {
            let fits = |number: &usize| {
                calls[*number].did.only_looks() && calls[*number].did.done_to(&self.state).is_some()
            };
            let looks: Vec<usize> = self.candidates(calls).into_iter().filter(fits).collect();
            if looks.is_empty() {
                return self;
            }
            self.left.retain(|number| !looks.contains(number));
        }
    }

    fn next<O: Deed<State = S>>(&self, calls: &[&Call<O>]) -> Vec<Self> {
        let after = |number: usize| {
            let state = calls[number].did.done_to(&self.state)?;
            let mut left = self.left.clone();
            left.remove(&number);
            Some(Self { left, state })
        };
        self.candidates(calls).into_iter().filter_map(after).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    enum Register {
        Wrote(u8),
        Saw(u8),
        Swapped(u8, u8),
    }

    impl Deed for Register {
        type State = u8;

        fn done_to(&self, state: &u8) -> Option<u8> {
            match self {
                Self::Wrote(value) => Some(*value),
                Self::Saw(value) => (value == state).then_some(*value),
                Self::Swapped(from, to) => (from == state).then_some(*to),
            }
        }

        fn only_looks(&self) -> bool {
            matches!(self, Self::Saw(_))
        }
    }

    fn explains(calls: Vec<(u64, u64, Register)>) -> bool {
        let start = Instant::now();
        let at = |moment: u64| start + Duration::from_millis(moment);
        let calls: Vec<_> = calls
            .into_iter()
            .map(|(began, ended, did)| Call { began: at(began), ended: at(ended), did })
            .collect();
        is_explained(0, &calls)
    }

    #[test]
    fn what_no_order_explains_is_seen() {
        use Register::{Saw, Swapped, Wrote};
        assert!(explains(vec![(0, 9, Wrote(1)), (1, 2, Saw(0)), (3, 4, Saw(1)), (10, 11, Saw(1))]));
        assert!(!explains(vec![(0, 9, Wrote(1)), (1, 2, Saw(1)), (3, 4, Saw(0))]), "back in time");
        assert!(!explains(vec![(0, 1, Wrote(1)), (2, 3, Saw(0))]), "a write that is not seen");
        assert!(explains(vec![(0, 9, Wrote(1)), (0, 9, Wrote(2)), (10, 11, Saw(1))]));
        assert!(!explains(vec![(0, 9, Wrote(1)), (0, 9, Wrote(2)), (10, 11, Saw(1)), (12, 13, Saw(2))]));
        assert!(explains(vec![(0, 9, Swapped(0, 1)), (0, 9, Swapped(1, 2)), (10, 11, Saw(2))]));
        assert!(!explains(vec![(0, 9, Swapped(0, 1)), (0, 9, Swapped(0, 2))]), "a lost update");
    }
}
