//! What one writer knows of a value that nobody else changes.

use std::fmt::Debug;

/// The values that a thing was given, in order, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct History<T>(Vec<Step<T>>);

#[derive(Clone, Debug)]
struct Step<T> {
    value: T,
    asked: u64,
    /// None where no answer came.
    acknowledged: Option<u64>,
}

/// When something was asked for, and when that was acknowledged, if it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) asked: u64,
    pub(crate) acknowledged: Option<u64>,
}

impl<T: Clone + PartialEq + Debug> History<T> {
    /// Of a thing that is there with this value.
    pub(crate) fn of(value: T, times: Times) -> Self {
        let mut history = Self(Vec::new());
        history.note(value, times);
        history
    }

    pub(crate) fn note(&mut self, value: T, times: Times) {
        let Times { asked, acknowledged } = times;
        self.0.push(Step { value, asked, acknowledged });
    }

    /// The last value that was asked for.
    pub(crate) fn last(&self) -> &T {
        &self.0.last().unwrap().value
    }

    /// What the value may be if the service ended at this moment: the last that was acknowledged before, or one that was
    /// asked for since. Empty where nothing had to be there at all.
    pub(crate) fn possible(&self, at: u64) -> Vec<&T> {
        let is_acknowledged = |step: &Step<T>| step.acknowledged.is_some_and(|then| then <= at);
        let last = self.0.iter().rposition(is_acknowledged);
        let since = last.map_or(&self.0[..0], |last| &self.0[last..]);
        since.iter().filter(|step| step.asked <= at).map(|step| &step.value).collect()
    }

    /// The value at this moment, where there is no doubt.
    pub(crate) fn settled(&self, at: u64) -> Option<&T> {
        match self.possible(at)[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// Whether this may be found if the service ended at this moment.
    pub(crate) fn allows(&self, found: &T, at: u64) -> bool {
        self.possible(at).contains(&found)
    }

    #[track_caller]
    pub(crate) fn check(&self, found: &T, at: u64, what: &str) {
        assert!(self.allows(found, at), "{what}: found {found:?} at {at}, known {self:?}");
    }

    /// Forgets all but what was found.
    pub(crate) fn settle(&mut self, found: T) {
        *self = Self::of(found, Times { asked: 0, acknowledged: Some(0) });
    }
}

#[test]
fn a_value_is_the_last_acknowledged_or_one_asked_for_since() {
    let mut history = History::of(1, Times { asked: 10, acknowledged: Some(20) });
    history.note(2, Times { asked: 30, acknowledged: Some(40) });
    history.note(3, Times { asked: 50, acknowledged: None });
    assert!(history.possible(15).is_empty(), "it need not be there");
    assert_eq!(history.possible(29), [&1]);
    assert_eq!(history.possible(39), [&1, &2]);
    assert_eq!(history.settled(45), Some(&2));
    assert_eq!(history.possible(50), [&2, &3]);
}
