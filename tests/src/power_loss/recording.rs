use std::path::Path;

use crate::power_loss::disk::{Disk, Flushes};

/// What processes did to the files of a folder, in order.
#[derive(Debug, Clone)]
pub struct Recording {
    before: Disk,
    notes: Vec<Note>,
}

/// One thing that was done.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// The moment after it.
    pub(crate) at: u64,
    pub(crate) deed: Deed,
}

/// What was done; files and folders go by their inodes, names by their paths below the root.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    MakeFile { inode: u64, mode: u32, path: String },
    MakeFolder { inode: u64, mode: u32, path: String },
    Write { inode: u64, offset: usize, bytes: Vec<u8> },
    Resize { inode: u64, size: usize },
    BeginFlush { inode: u64, ticket: u64 },
    EndFlush { inode: u64, ticket: u64 },
    Link { from: String, to: String },
    Rename { from: String, to: String },
    Remove { path: String },
    Map { path: String },
}

impl Recording {
    pub(crate) fn parse(log: &[u8], before: Disk) -> Self {
        let mut notes = Vec::new();
        let mut rest = log;
        while !rest.is_empty() {
            let (deed, left) = parse_note(rest);
            rest = left;
            notes.push(Note { at: u64::try_from(log.len() - rest.len()).expect("a length"), deed });
        }
        Self { before, notes }
    }

    /// How many things were done.
    pub fn len(&self) -> usize {
        self.notes.len()
    }

    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The moment after so many of them.
    pub fn moment(&self, notes: usize) -> u64 {
        notes.checked_sub(1).and_then(|last| self.notes.get(last)).map_or(0, |note| note.at)
    }

    /// How many of them were done until a moment.
    pub fn until(&self, moment: u64) -> usize {
        self.notes.partition_point(|note| note.at <= moment)
    }

    /// How often something was written to the file at the path of this end.
    pub fn writes_to(&self, end: &str) -> usize {
        let mut disk = self.before.clone();
        let mut writes = 0;
        for note in &self.notes {
            disk.play(&note.deed, Flushes::Work);
            if let Deed::Write { inode, .. } = note.deed {
                writes += usize::from(disk.path_of(inode).is_some_and(|path| path.ends_with(end)));
            }
        }
        writes
    }

    /// The disk after so many notes each, the fewest first, where flushes work like this.
    pub fn disks(&self, mut cuts: Vec<usize>, flushes: Flushes) -> impl Iterator<Item = (usize, Disk)> + '_ {
        cuts.sort_unstable();
        let mut disk = self.before.clone();
        let mut done = 0;
        cuts.into_iter().map(move |cut| {
            for note in &self.notes[done..cut] {
                disk.play(&note.deed, flushes);
            }
            done = cut;
            (cut, disk.clone())
        })
    }

    /// Everything in the folder is as the notes say, but for files that memory writes to.
    pub(crate) fn assert_makes(&self, root: &Path) {
        let mut disk = self.before.clone();
        for note in &self.notes {
            disk.play(&note.deed, Flushes::Work);
            if let Deed::Map { path } = &note.deed {
                assert!(path.ends_with("-shm"), "{path} is written to by memory");
            }
        }
        disk.assert_is(root);
    }
}

/// The first note of a log, and what comes after it.
fn parse_note(log: &[u8]) -> (Deed, &[u8]) {
    let end = log.iter().position(|byte| *byte == b'\n').expect("the head of a note ends");
    let (head, rest) = (&log[..end], &log[end + 1..]);
    let head = std::str::from_utf8(head).expect("the head of a note is text");
    let mut words = head.split(' ');
    let kind = words.next().expect("a note has a kind");
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).expect("a number");
    let (inode, number, length) = (number(), number(), number());
    let (content, rest) = rest.split_at(size(length));
    let text = || String::from_utf8(content.to_owned()).expect("a path in UTF-8");
    let mode = || u32::try_from(number).expect("a mode");
    let names = || {
        let text = text();
        let (from, to) = text.split_once('\0').expect("two names");
        (from.to_owned(), to.to_owned())
    };
    let deed = match kind {
        "C" => Deed::MakeFile { inode, mode: mode(), path: text() },
        "D" => Deed::MakeFolder { inode, mode: mode(), path: text() },
        "W" => Deed::Write { inode, offset: size(number), bytes: content.to_owned() },
        "T" => Deed::Resize { inode, size: size(number) },
        "s" => Deed::BeginFlush { inode, ticket: number },
        "S" => Deed::EndFlush { inode, ticket: number },
        "L" => {
            let (from, to) = names();
            Deed::Link { from, to }
        }
        "R" => {
            let (from, to) = names();
            Deed::Rename { from, to }
        }
        "U" => Deed::Remove { path: text() },
        "M" => Deed::Map { path: text() },
        unknown => panic!("a note of the kind {unknown}"),
    };
    (deed, rest.strip_prefix(b"\n").expect("a note ends"))
}

fn size(number: u64) -> usize {
    usize::try_from(number).expect("a size")
}
