use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::dice::Dice;
use crate::power_loss::content::Content;
use crate::power_loss::folder::{Folder, Names};
use crate::power_loss::recording::Deed;

/// A folder on a disk of which it is known what is safe.
#[derive(Debug, Clone)]
pub struct Disk {
    /// Whatever was ever made; the first is the folder itself, which is safe.
    nodes: Vec<Node>,
    by_inode: BTreeMap<u64, usize>,
    /// The flushes that began: how many changes they will make safe.
    flushes: BTreeMap<u64, usize>,
}

#[derive(Debug, Clone)]
struct Node {
    mode: u32,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    File(Content),
    Folder(Folder),
}

/// Whether a flush does what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flushes {
    /// It does.
    Work,
    /// Not on files whose names end like this: as if nobody had flushed them.
    FailOn(&'static str),
    /// Never.
    Fail,
}

/// Where the folder itself is among the nodes.
const ROOT: usize = 0;

impl Disk {
    /// The folder as it is, all of it safe.
    pub(crate) fn of(root: &Path) -> Self {
        let mut disk = Self { nodes: Vec::new(), by_inode: BTreeMap::new(), flushes: BTreeMap::new() };
        disk.take_in(root);
        disk
    }

    fn take_in(&mut self, path: &Path) -> usize {
        let metadata = fs::metadata(path).expect("what is in the folder can be asked");
        let kind = if metadata.is_dir() {
            Kind::Folder(Folder::default())
        } else {
            Kind::File(Content::of(read(path)))
        };
        let number = self.add(metadata.ino(), metadata.mode() & 0o7777, kind);
        if metadata.is_dir() {
            let names: Names = entries(path).map(|(name, path)| (name, self.take_in(&path))).collect();
            self.nodes[number].kind = Kind::Folder(Folder::of(names));
        }
        number
    }

    fn add(&mut self, inode: u64, mode: u32, kind: Kind) -> usize {
        self.nodes.push(Node { mode, kind });
        self.by_inode.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    pub(crate) fn play(&mut self, deed: &Deed, flushes: Flushes) {
        match deed {
            Deed::MakeFile { inode, mode, path } => {
                let made = self.add(*inode, *mode, Kind::File(Content::default()));
                self.name(path, Some(made));
            }
            Deed::MakeFolder { inode, mode, path } => {
                let made = self.add(*inode, *mode, Kind::Folder(Folder::default()));
                self.name(path, Some(made));
            }
            Deed::Write { inode, offset, bytes } => self.file(*inode).write(*offset, bytes),
            Deed::Resize { inode, size } => self.file(*inode).resize(*size),
            Deed::BeginFlush { inode, ticket } => {
                let changes = match &self.node(*inode).kind {
                    Kind::File(content) => content.changes(),
                    Kind::Folder(folder) => folder.changes(),
                };
                self.flushes.insert(*ticket, changes);
            }
            Deed::EndFlush { inode, ticket } => self.end_flush(*inode, *ticket, flushes),
            Deed::Link { from, to } => {
                let named = self.find(from);
                self.name(to, Some(named));
            }
            Deed::Rename { from, to } => {
                let named = self.find(from);
                let ((folder, from), (other, to)) = (self.place(from), self.place(to));
                assert_eq!(folder, other, "what moves between folders is not modelled");
                self.folder(folder).change(vec![(from, None), (to, Some(named))]);
            }
            Deed::Remove { path } => self.name(path, None),
            Deed::Map { .. } => {}
        }
    }

    fn end_flush(&mut self, inode: u64, ticket: u64, flushes: Flushes) {
        let changes = self.flushes.remove(&ticket).expect("a flush begins before it ends");
        let is_lost = match flushes {
            Flushes::Work => false,
            Flushes::FailOn(end) => self.path_of(inode).is_some_and(|path| path.ends_with(end)),
            Flushes::Fail => true,
        };
        if is_lost {
            return;
        }
        match &mut self.node(inode).kind {
            Kind::File(content) => content.flush(changes),
            Kind::Folder(folder) => folder.flush(changes),
        }
    }

    fn node(&mut self, inode: u64) -> &mut Node {
        let number = *self.by_inode.get(&inode).expect("the making of every file is recorded");
        &mut self.nodes[number]
    }

    fn file(&mut self, inode: u64) -> &mut Content {
        match &mut self.node(inode).kind {
            Kind::File(content) => content,
            Kind::Folder(_) => panic!("bytes are written to a file"),
        }
    }

    fn folder(&mut self, number: usize) -> &mut Folder {
        match &mut self.nodes[number].kind {
            Kind::Folder(folder) => folder,
            Kind::File(_) => panic!("names are in a folder"),
        }
    }

    fn name(&mut self, path: &str, named: Option<usize>) {
        let (folder, name) = self.place(path);
        self.folder(folder).change(vec![(name, named)]);
    }

    /// The folder of a path, and the name in it.
    fn place(&mut self, path: &str) -> (usize, String) {
        match path.rsplit_once('/') {
            Some((folder, name)) => (self.find(folder), name.to_owned()),
            None => (ROOT, path.to_owned()),
        }
    }

    fn find(&mut self, path: &str) -> usize {
        path.split('/').fold(ROOT, |folder, name| {
            *self.folder(folder).now().get(name).unwrap_or_else(|| panic!("{path} is there"))
        })
    }

    /// A path of a file or folder as a running process sees it.
    pub(crate) fn path_of(&self, inode: u64) -> Option<String> {
        let wanted = self.by_inode.get(&inode)?;
        let mut open = vec![(ROOT, String::new())];
        while let Some((number, path)) = open.pop() {
            if number == *wanted {
                return Some(path);
            }
            if let Kind::Folder(folder) = &self.nodes[number].kind {
                open.extend(
                    folder.now().into_iter().map(|(name, number)| (number, format!("{path}/{name}"))),
                );
            }
        }
        None
    }

    /// Makes, in an empty folder, what is on the disk if the power fails now.
    pub fn write_after_power_loss(&self, dice: &mut Dice, to: &Path) {
        self.write(ROOT, dice, to);
    }

    fn write(&self, number: usize, dice: &mut Dice, to: &Path) {
        match &self.nodes[number].kind {
            Kind::File(content) if to.as_os_str().as_encoded_bytes().ends_with(b"-shm") => {
                // Memory writes to it, so anything may be in it.
                let byte = u8::try_from(dice.roll(256)).expect("a byte");
                fs::write(to, vec![byte; content.now().len()]).expect("a file can be written");
            }
            Kind::File(content) => {
                fs::write(to, content.after_power_loss(dice)).expect("a file can be written");
            }
            Kind::Folder(folder) => {
                if number != ROOT {
                    fs::create_dir(to).expect("a folder can be made");
                }
                for (name, named) in folder.after_power_loss(dice) {
                    self.write(named, dice, &to.join(name));
                }
            }
        }
        let mode = fs::Permissions::from_mode(self.nodes[number].mode);
        fs::set_permissions(to, mode).expect("the mode can be set");
    }

    /// Everything in a folder is as a running process would see it here, but for files that memory writes to.
    pub(crate) fn assert_is(&self, root: &Path) {
        self.assert_names(ROOT, root);
    }

    fn assert_names(&self, number: usize, path: &Path) {
        match &self.nodes[number].kind {
            Kind::File(_) if path.as_os_str().as_encoded_bytes().ends_with(b"-shm") => {}
            Kind::File(content) => {
                assert!(content.now() == read(path), "{} is not as recorded", path.display());
            }
            Kind::Folder(folder) => {
                let names = folder.now();
                let found: Vec<String> = entries(path).map(|(name, _)| name).collect();
                assert!(names.keys().eq(&found), "{}: {found:?} is not {names:?}", path.display());
                for (name, named) in names {
                    self.assert_names(named, &path.join(name));
                }
            }
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and paths in a folder, in order.
fn entries(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(folder).expect("the folder can be read").map(|entry| entry.expect("an entry"));
    let entries: BTreeMap<String, PathBuf> = entries
        .map(|entry| (entry.file_name().into_string().expect("a name in UTF-8"), entry.path()))
        .collect();
    entries.into_iter()
}
