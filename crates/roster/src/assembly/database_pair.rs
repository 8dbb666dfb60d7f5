//! Two databases, to copy one to the other.

use roster_adapter_diesel::{CopyEnd, CopyError, DatabaseCopy};
use roster_ports::{PictureKeeper, Store};
use std::path::Path;
use std::sync::Arc;

use super::database::{Opener, Options, open_database};
use super::pictures_of;
use crate::Stop;
use crate::settings::{Database, Key, PicturePlace, Settings};

/// The databases of a copy.
pub(crate) struct DatabasePair<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) from: Database,
    /// Whether the source is the database of the settings.
    pub(crate) is_from_configured: bool,
    pub(crate) to: Database,
}

impl DatabasePair<'_> {
    /// Opens the source for looking at it.
    pub(crate) fn source(&self) -> Result<Arc<dyn Store>, Stop> {
        Ok(open_database(self.settings, &self.from, Opener::Onlooker)?.store)
    }

    /// The pictures of the source: where the settings say, else where a service on it has them if they say nothing.
    pub(crate) fn pictures(&self, source: &Arc<dyn Store>) -> Arc<dyn PictureKeeper> {
        if self.is_from_configured || self.settings.given().is_chosen(Key::Pictures) {
            return pictures_of(&self.settings.pictures, source);
        }
        match &self.from {
            Database::Sqlite(file) => {
                let folder = file.parent().unwrap_or(Path::new("")).join("pictures");
                pictures_of(&PicturePlace::Folder(folder), source)
            }
            Database::Postgres(_) => pictures_of(&PicturePlace::Database, source),
        }
    }

    /// Begins the copy, or takes it up again.
    pub(crate) fn begin_copy(
        &self,
        tell: impl FnMut(&'static str, u64) + 'static,
    ) -> Result<DatabaseCopy, CopyError> {
        DatabaseCopy::begin(&self.end(&self.from), &self.end(&self.to), tell)
    }

    fn end(&self, database: &Database) -> CopyEnd {
        Options::of(self.settings, database, Opener::Command).copy_end()
    }
}
