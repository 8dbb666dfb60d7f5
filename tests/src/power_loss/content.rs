use std::sync::Arc;

use crate::dice::Dice;

/// What a disk writes as one, in bytes.
const SECTOR: usize = 512;

/// The bytes of a file: those that are safe, and the changes since, none of which is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    safe: Arc<Vec<u8>>,
    /// How many changes are among the safe bytes.
    flushed: usize,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Arc<[u8]> },
    Resize(usize),
}

/// How much of what is not safe came through.
#[derive(Debug, Clone, Copy)]
enum Luck {
    Nothing,
    Everything,
    /// The first changes of all, and none of the later ones.
    Start,
    /// Each sector by itself, with this chance in percent.
    Sectors(usize),
}

const LUCKS: [Luck; 7] = [
    Luck::Nothing,
    Luck::Everything,
    Luck::Start,
    Luck::Start,
    Luck::Sectors(10),
    Luck::Sectors(50),
    Luck::Sectors(90),
];

impl Content {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self { safe: Arc::new(bytes), ..Self::default() }
    }

    pub(crate) fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.changes.push(Change::Write { offset, bytes: bytes.into() });
    }

    pub(crate) fn resize(&mut self, size: usize) {
        self.changes.push(Change::Resize(size));
    }

    /// How many changes there ever were.
    pub(crate) fn changes(&self) -> usize {
        self.flushed + self.changes.len()
    }

    /// Makes the first so many changes safe.
    pub(crate) fn flush(&mut self, changes: usize) {
        let count = changes.saturating_sub(self.flushed).min(self.changes.len());
        if count == 0 {
            return;
        }
        let safe = Arc::make_mut(&mut self.safe);
        for change in self.changes.drain(..count) {
            change.apply(safe);
        }
        self.flushed += count;
    }

    /// What a running process reads.
    pub(crate) fn now(&self) -> Vec<u8> {
        let mut bytes = Vec::clone(&self.safe);
        for change in &self.changes {
            change.apply(&mut bytes);
        }
        bytes
    }

    /// What a power cut may leave.
    pub(crate) fn after_power_loss(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = Vec::clone(&self.safe);
        match *dice.choose(&LUCKS) {
            Luck::Nothing => {}
            Luck::Everything => return self.now(),
            Luck::Start => {
                let count = dice.roll(self.changes.len() + 1);
                for change in &self.changes[..count] {
                    change.apply(&mut bytes);
                }
            }
            Luck::Sectors(percent) => {
                for change in &self.changes {
                    change.apply_some(&mut bytes, percent, dice);
                }
                bytes.resize(*dice.choose(&self.sizes()), 0);
            }
        }
        bytes
    }

    /// Every size that the file had since it was last safe: which of them the disk knows is chance of its own.
    fn sizes(&self) -> Vec<usize> {
        let mut size = self.safe.len();
        let later = self.changes.iter().map(|change| {
            size = change.size_after(size);
            size
        });
        std::iter::once(self.safe.len()).chain(later).collect()
    }
}

impl Change {
    fn size_after(&self, before: usize) -> usize {
        match self {
            Self::Write { offset, bytes } => before.max(offset + bytes.len()),
            Self::Resize(size) => *size,
        }
    }

    fn apply(&self, to: &mut Vec<u8>) {
        to.resize(self.size_after(to.len()), 0);
        if let Self::Write { offset, bytes } = self {
            to[*offset..*offset + bytes.len()].copy_from_slice(bytes);
        }
    }

    /// Applies the sectors that come through. A size changes apart from them.
    fn apply_some(&self, to: &mut Vec<u8>, percent: usize, dice: &mut Dice) {
        let Self::Write { offset, bytes } = self else { return };
        let mut done = 0;
        while done < bytes.len() {
            let start = offset + done;
            let length = (SECTOR - start % SECTOR).min(bytes.len() - done);
            if dice.happens(percent) {
                to.resize(to.len().max(start + length), 0);
                to[start..start + length].copy_from_slice(&bytes[done..done + length]);
            }
            done += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(content: &Content) -> Vec<Vec<u8>> {
        (0..500).map(|seed| content.after_power_loss(&mut Dice::of(seed))).collect()
    }

    #[test]
    fn what_was_flushed_is_there() {
        let mut content = Content::of(b"before".to_vec());
        content.write(0, b"AFTER!");
        content.flush(content.changes());
        assert!(images(&content).iter().all(|image| image == b"AFTER!"));
    }

    #[test]
    fn what_came_after_a_flush_began_is_not_safe() {
        let mut content = Content::default();
        content.write(0, b"one");
        let begun = content.changes();
        content.write(0, b"two");
        content.flush(begun);
        let images = images(&content);
        assert!(images.iter().all(|image| image == b"one" || image == b"two"));
        assert!(images.iter().any(|image| image == b"one") && images.iter().any(|image| image == b"two"));
    }

    #[test]
    fn sectors_come_through_torn_and_out_of_order_under_any_size() {
        let mut content = Content::default();
        content.write(0, &[1; 3 * SECTOR]);
        content.write(0, &[2; SECTOR]);
        let images = images(&content);
        let marks = |image: &Vec<u8>| image.iter().step_by(SECTOR).copied().collect::<Vec<u8>>();
        for possible in [&[][..], &[1, 1, 1], &[2, 1, 1], &[0, 1, 0], &[2, 0, 0], &[1, 0, 1], &[0, 0, 0]] {
            assert!(images.iter().any(|image| marks(image) == possible), "{possible:?}");
        }
    }
}
