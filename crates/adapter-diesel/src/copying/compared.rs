use roster_domain::PictureName;
use roster_ports::BackupError;

use super::checksum::{Checksum, Summary};
use super::database_copy::{DatabaseCopy, NAMES, PIECE, names, reading};
use super::rows::{Row, add_picture};
use super::{
    AccessCopy, AttemptCopy, ClientCopy, CredentialCopy, DoomedPictureCopy, EventCopy, KeptOutcomeCopy,
    MasterSecretCopy, PictureCopy, RefreshTokenCopy, SessionCopy, Shelf, Side, SignInCopy, SigningKeyCopy,
    UserCopy, each_table,
};
use crate::rows::format_code;

/// How many pictures are in memory at once.
const AT_ONCE: i64 = 8;

/// What a table holds on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub table: &'static str,
    /// In the snapshot of the source. Of pictures, those that somebody has.
    pub source: Summary,
    /// In the target.
    pub target: Summary,
}

impl DatabaseCopy {
    /// The pictures that somebody has in the snapshot, if each is what its name says.
    fn sum_up_pictures(&mut self) -> Result<(), BackupError> {
        let (mut checksum, mut after) = (Checksum::default(), None);
        loop {
            let names = names(reading("users", self.source.referenced(after, NAMES))?)?;
            after = names.last().copied();
            if after.is_none() {
                break;
            }
            for PictureName { sha256, format } in names {
                add_picture(&sha256, format_code(format), &sha256, &mut checksum);
                checksum.end_row();
            }
        }
        self.taken.push((PictureCopy::TABLE, checksum.summary()));
        Ok(())
    }

    /// Reads a table of the target anew.
    fn compare_table<R: Row>(&mut self, piece: i64) -> Result<(), BackupError>
    where
        dyn Side: Shelf<R>,
    {
        let (mut checksum, mut last) = (Checksum::default(), None);
        loop {
            let page = self.target.after(last.as_ref(), piece);
            let mut page: Vec<R> = self.writing(R::TABLE, page)?;
            for row in &page {
                row.add_to(&mut checksum);
                checksum.end_row();
            }
            last = page.pop();
            if last.is_none() {
                break;
            }
        }
        let source = self.taken.iter().find(|(table, _)| *table == R::TABLE).map(|(_, summary)| *summary);
        let source = source.unwrap_or_else(|| Checksum::default().summary());
        self.compared.push(Compared { table: R::TABLE, source, target: checksum.summary() });
        Ok(())
    }

    /// Fails for the first table in which the two differ.
    pub(super) fn compare(&mut self) -> Result<(), BackupError> {
        self.sum_up_pictures()?;
        each_table!(self.compare_table(PIECE));
        self.compare_table::<PictureCopy>(AT_ONCE)?;
        if let Some(Compared { table, source, target }) =
            self.compared.iter().find(|it| it.source != it.target)
        {
            let what = format!("{table}: {source:?} in the source, and {target:?} in the copy");
            return Err(BackupError::Unfaithful(what));
        }
        let number = self.target.last_number();
        let (number, wanted) =
            (self.writing("events", number)?, reading("events", self.source.last_number())?);
        if number == wanted {
            return Ok(());
        }
        Err(BackupError::Unfaithful(format!("the last number of events is {number} instead of {wanted}")))
    }
}
