//! A SQLite file as a side of a copy.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use super::connection::{Purpose, open};
use super::statements::check_release;
use super::{Connection, SqliteOptions, migrations};
use crate::OpenError;
use crate::copying::EventCopy;

/// The snapshot itself begins with the first statement that reads.
pub(super) const BEGIN_SNAPSHOT: &str = "BEGIN";

pub(super) const LAST_NUMBER: &str =
    "SELECT coalesce(max(seq), 0) AS number FROM sqlite_sequence WHERE name = 'events'";

pub(super) const LENGTH: &str =
    "SELECT page_count * page_size AS number FROM pragma_page_count, pragma_page_size";

pub(super) fn keep_last_number(number: i64) -> String {
    format!(
        "BEGIN; DELETE FROM sqlite_sequence WHERE name = 'events';
         INSERT INTO sqlite_sequence (name, seq) VALUES ('events', {number}); COMMIT;"
    )
}

/// Every event has its number here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere they have to be asked for")]
pub(super) fn waiting_events(
    _: &mut Connection,
    page: Vec<EventCopy>,
    _: Option<&EventCopy>,
    _: i64,
) -> QueryResult<Vec<EventCopy>> {
    Ok(page)
}

/// Opens a file to be copied, which is left as it is.
pub(crate) fn open_source(options: &SqliteOptions) -> Result<Connection, OpenError> {
    let options = SqliteOptions { read_only: true, ..options.clone() };
    let mut connection = open(&options.path, options.pragmas(Purpose::Looking))?;
    migrations::check(&mut connection, &options.path)?;
    Ok(connection)
}

/// Opens a file to be copied to; it is made, or gets its schema, where it has none.
pub(crate) fn open_target(options: &SqliteOptions) -> Result<Connection, OpenError> {
    let place = options.path.display().to_string();
    let found = open(&options.path, options.pragmas(Purpose::Looking))
        .and_then(|mut connection| check_release(&mut connection, &place));
    match found {
        Err(OpenError::Missing(_)) => drop(migrations::migrate(options)?),
        found => found?,
    }
    let mut connection = open(&options.path, options.pragmas(Purpose::Writing))?;
    // All of it is read once: mapped, all of it would count as memory.
    connection.batch_execute("PRAGMA mmap_size = 0")?;
    Ok(connection)
}
