use std::collections::BTreeMap;

use crate::dice::Dice;

/// The names in a folder: those that are safe, and the changes since, each of which may have come through or not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    safe: Names,
    /// How many changes are among the safe names.
    flushed: usize,
    changes: Vec<Change>,
}

/// Names, and the numbers of what they name.
pub(crate) type Names = BTreeMap<String, usize>;

/// Names that change at once, to what they name then.
type Change = Vec<(String, Option<usize>)>;

impl Folder {
    pub(crate) fn of(names: Names) -> Self {
        Self { safe: names, ..Self::default() }
    }

    pub(crate) fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// How many changes there ever were.
    pub(crate) fn changes(&self) -> usize {
        self.flushed + self.changes.len()
    }

    /// Makes the first so many changes safe.
    pub(crate) fn flush(&mut self, changes: usize) {
        let count = changes.saturating_sub(self.flushed).min(self.changes.len());
        for change in self.changes.drain(..count) {
            apply(&change, &mut self.safe);
        }
        self.flushed += count;
    }

    /// What a running process sees.
    pub(crate) fn now(&self) -> Names {
        let mut names = self.safe.clone();
        self.changes.iter().for_each(|change| apply(change, &mut names));
        names
    }

    /// What a power cut may leave.
    pub(crate) fn after_power_loss(&self, dice: &mut Dice) -> Names {
        let mut names = self.safe.clone();
        let percent = *dice.choose(&[0, 50, 100]);
        for change in &self.changes {
            if dice.happens(percent) {
                apply(change, &mut names);
            }
        }
        names
    }
}

fn apply(change: &Change, names: &mut Names) {
    for (name, named) in change {
        match named {
            Some(number) => names.insert(name.clone(), *number),
            None => names.remove(name),
        };
    }
}
