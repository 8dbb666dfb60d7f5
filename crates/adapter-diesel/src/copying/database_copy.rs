use diesel::QueryResult;
use roster_domain::PictureName;
use roster_ports::{BackedUp, BackupDraft, BackupError, Picture};
use std::fmt::Display;

use super::checksum::{Checksum, Column, Summary};
use super::compared::Compared;
use super::rows::Row;
use super::{
    AccessCopy, AttemptCopy, ClientCopy, CopyEnd, CopyError, CredentialCopy, DoomedPictureCopy, EventCopy,
    KeptOutcomeCopy, MasterSecretCopy, NameColumns, PICTURES, PictureCopy, RefreshTokenCopy, SessionCopy,
    Shelf, Side, SignInCopy, SigningKeyCopy, UserCopy, each_table,
};
use crate::rows::{format_code, referenced_name};

/// How many rows one transaction of the target inserts.
pub(super) const PIECE: i64 = 500;

/// How many names of pictures are.
pub(super) const NAMES: u32 = 500;

/// Hears of each piece: the table, and how many of its rows are there.
type Tell = Box<dyn FnMut(&'static str, u64)>;

/// A copy of one database in the making, within another one that is empty or holds the beginning of this very copy.
///
/// A service refuses to start on the target until the copy is finished. Dropped before, it can be taken up again while
/// nobody writes to the source.
pub struct DatabaseCopy {
    pub(super) source: Box<dyn Side>,
    pub(super) target: Box<dyn Side>,
    /// Where the target is, for people.
    place: String,
    tell: Tell,
    /// Whether the snapshot was copied already.
    is_taken: bool,
    /// What the snapshot holds.
    pub(super) taken: Vec<(&'static str, Summary)>,
    pub(super) compared: Vec<Compared>,
}

impl DatabaseCopy {
    /// Begins a copy, or takes it up again where it was interrupted. The target gets its schema where it has none.
    pub fn begin(
        from: &CopyEnd,
        to: &CopyEnd,
        tell: impl FnMut(&'static str, u64) + 'static,
    ) -> Result<Self, CopyError> {
        let source = from.open_source().map_err(CopyError::Source)?;
        let target = to.open_target().map_err(CopyError::Target)?;
        Self::between(source, target, to.place(), tell)
    }

    pub(crate) fn between(
        source: Box<dyn Side>,
        target: Box<dyn Side>,
        place: String,
        tell: impl FnMut(&'static str, u64) + 'static,
    ) -> Result<Self, CopyError> {
        let tell = Box::new(tell);
        let (taken, compared) = (Vec::new(), Vec::new());
        let mut copy = Self { source, target, place, tell, is_taken: false, taken, compared };
        reading("the database", copy.source.begin_snapshot())?;
        let source = copy.identity()?;
        let unfinished = copy.target.unfinished_source();
        match copy.writing("the database", unfinished)? {
            None => {
                copy.refuse_rows()?;
                let begun = copy.target.begin_copy(&source);
                copy.writing("the database", begun)?;
            }
            Some(begun) if begun != source => return Err(CopyError::OfAnotherSource),
            Some(_) => {}
        }
        Ok(copy)
    }

    /// What each table held on both sides, as far as they were compared.
    pub fn compared(&self) -> &[Compared] {
        &self.compared
    }

    /// Tells this source from others, and from itself once it was written to: nearly every write has an event.
    fn identity(&mut self) -> Result<String, BackupError> {
        let mut checksum = Checksum::default();
        self.add_all::<MasterSecretCopy>(&mut checksum)?;
        self.add_all::<SigningKeyCopy>(&mut checksum)?;
        reading("events", self.source.last_number())?.add_to(&mut checksum);
        Ok(checksum.summary().checksum())
    }

    fn add_all<R: Row>(&mut self, checksum: &mut Checksum) -> Result<(), BackupError>
    where
        dyn Side: Shelf<R>,
    {
        let mut last: Option<R> = None;
        loop {
            let mut page = reading(R::TABLE, self.source.after(last.as_ref(), PIECE))?;
            for row in &page {
                row.add_to(checksum);
            }
            last = page.pop();
            if last.is_none() {
                return Ok(());
            }
        }
    }

    /// Fails where the target holds anything.
    fn refuse_rows(&mut self) -> Result<(), CopyError> {
        each_table!(self.refuse_table());
        self.refuse_table::<PictureCopy>()?;
        let last = self.target.last_number();
        if self.writing("events", last)? == 0 { Ok(()) } else { Err(CopyError::NotEmpty { table: "events" }) }
    }

    fn refuse_table<R: Row>(&mut self) -> Result<(), CopyError>
    where
        dyn Side: Shelf<R>,
    {
        let last = Shelf::<R>::last(&mut *self.target);
        match self.writing(R::TABLE, last)? {
            None => Ok(()),
            Some(_) => Err(CopyError::NotEmpty { table: R::TABLE }),
        }
    }

    /// Copies a table, but for what is there already.
    fn copy_table<R: Row>(&mut self) -> Result<(), BackupError>
    where
        dyn Side: Shelf<R>,
    {
        let reached = self.target.last();
        let reached: Option<R> = self.writing(R::TABLE, reached)?;
        let is_new = |row: &R| reached.as_ref().is_none_or(|reached| row.is_after(reached));
        let (mut checksum, mut rows, mut last) = (Checksum::default(), 0, None);
        loop {
            let mut page = reading(R::TABLE, self.source.after(last.as_ref(), PIECE))?;
            for row in &page {
                row.add_to(&mut checksum);
                checksum.end_row();
                rows += 1;
            }
            let (_, new) = page.split_at(page.partition_point(|row| !is_new(row)));
            if !new.is_empty() {
                let put = self.target.put(new);
                self.writing(R::TABLE, put)?;
            }
            last = page.pop();
            if last.is_none() {
                break;
            }
            (self.tell)(R::TABLE, rows);
        }
        self.taken.push((R::TABLE, checksum.summary()));
        Ok(())
    }

    /// Copies those pictures that somebody has and that the source holds itself.
    fn copy_held_pictures(&mut self) -> Result<(), BackupError> {
        let mut after = None;
        loop {
            let names = self.lacking(after, NAMES)?;
            after = names.last().copied();
            if after.is_none() {
                return Ok(());
            }
            for name in names {
                if let Some(picture) = reading(PICTURES, self.source.held(name))? {
                    let put = self.target.put(&[picture]);
                    self.writing(PICTURES, put)?;
                }
            }
        }
    }

    /// What a failure on the target means.
    pub(super) fn writing<T>(&self, what: &str, done: QueryResult<T>) -> Result<T, BackupError> {
        done.map_err(|error| BackupError::Unwritable(format!("{}: {what}: {error}", self.place)))
    }
}

/// What a failure on the source means.
pub(super) fn reading<T>(what: &str, done: QueryResult<T>) -> Result<T, BackupError> {
    done.map_err(|error| unreadable(format!("{what}: {error}")))
}

fn unreadable(cause: impl Display) -> BackupError {
    BackupError::Unreadable(cause.to_string())
}

pub(super) fn names(columns: Vec<NameColumns>) -> Result<Vec<PictureName>, BackupError> {
    columns.into_iter().map(|columns| referenced_name(columns).map_err(unreadable)).collect()
}

impl BackupDraft for DatabaseCopy {
    fn take_snapshot(&mut self) -> Result<(), BackupError> {
        if std::mem::replace(&mut self.is_taken, true) {
            // Pictures went meanwhile: everything is copied once more, as it is now, but for those that are there.
            reading("the database", self.source.end_snapshot())?;
            reading("the database", self.source.begin_snapshot())?;
            let source = self.identity()?;
            let begun = self.target.begin_copy(&source);
            self.writing("the database", begun)?;
            self.taken.clear();
        }
        each_table!(self.copy_table());
        let number = reading("events", self.source.last_number())?;
        let kept = self.target.keep_last_number(number);
        self.writing("events", kept)?;
        self.copy_held_pictures()
    }

    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> Result<Vec<PictureName>, BackupError> {
        let lacking = self.target.lacking(after, take);
        names(self.writing(PICTURES, lacking)?)
    }

    fn add(&mut self, picture: &Picture) -> Result<(), BackupError> {
        let PictureName { sha256, format } = picture.name;
        let row = PictureCopy {
            sha256: sha256.to_vec(),
            format: format_code(format),
            bytes: picture.bytes.clone(),
        };
        let put = self.target.put(&[row]);
        self.writing(PICTURES, put)
    }

    fn finish(&mut self) -> Result<BackedUp, BackupError> {
        let released = self.target.release_unreferenced();
        self.writing(PICTURES, released)?;
        self.compare()?;
        let ended = self.target.end_copy();
        self.writing("the database", ended)?;
        let length = self.target.length();
        let bytes = u64::try_from(self.writing("the database", length)?).unwrap_or_default();
        let rows = self.compared.iter().map(|it| (it.table.to_owned(), it.target.rows)).collect();
        Ok(BackedUp { bytes, rows })
    }
}
