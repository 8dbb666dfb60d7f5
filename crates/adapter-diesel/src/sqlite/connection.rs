use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::CustomizeConnection;
use diesel::sql_types::Text;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Connection;
use super::errors::is_outage;
use crate::OpenError;

/// Older code can corrupt a database in WAL mode that more than one connection uses.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Reading,
    Writing,
    /// Reading a file that is left as it is, down to the form of its journal.
    Looking,
}

/// The settings that SQLite forgets with each connection, so that each gets them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pragmas {
    pub(super) purpose: Purpose,
    pub(super) patience: Duration,
}

impl Pragmas {
    /// FULL: the default of others, NORMAL, loses acknowledged commits when the power fails.
    const DURABLE: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";

    /// Pages come from the mapped file; the cache is for what is written, and for what is still in the log alone.
    /// Whoever only looks reads everything once, and may meet a disk that fails: then reading a mapped file kills.
    const MEMORY: &str = "PRAGMA mmap_size = 2147418112; PRAGMA temp_store = MEMORY;";

    /// Makes the settings of a connection that was just opened.
    pub(super) fn apply(self, connection: &mut Connection) -> QueryResult<()> {
        self.wait_for_others(connection)?;
        if self.purpose != Purpose::Looking {
            self.use_log(connection)?;
        }
        connection.batch_execute(Self::DURABLE)?;
        if self.purpose != Purpose::Looking {
            connection.batch_execute(Self::MEMORY)?;
        }
        connection.batch_execute(match self.purpose {
            Purpose::Reading | Purpose::Looking => "PRAGMA cache_size = -2000; PRAGMA query_only = ON;",
            Purpose::Writing => {
                "PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON;"
            }
        })
    }

    /// Comes before all else: even reading the schema may meet a lock.
    fn wait_for_others(self, connection: &mut Connection) -> QueryResult<()> {
        connection.batch_execute(&format!("PRAGMA busy_timeout = {};", self.patience.as_millis()))
    }

    /// Two processes that turn a new file to WAL at once may tell each other that it is locked, without any waiting.
    fn use_log(self, connection: &mut Connection) -> QueryResult<()> {
        let started = Instant::now();
        loop {
            match connection.batch_execute("PRAGMA journal_mode = WAL;") {
                Err(error) if is_outage(&error) && started.elapsed() < self.patience => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                ended => return ended,
            }
        }
    }
}

impl CustomizeConnection<Connection, diesel::r2d2::Error> for Pragmas {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), diesel::r2d2::Error> {
        self.apply(connection).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Opens a file that exists, and proves that the library is one that can be trusted with it.
pub(super) fn open(path: &Path, pragmas: Pragmas) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing(path.display().to_string()));
    }
    let mut connection = <Connection as diesel::Connection>::establish(&url(path, pragmas.purpose)?)
        .map_err(|error| OpenError::Unavailable(error.to_string()))?;
    pragmas.wait_for_others(&mut connection)?;
    assert_version(&mut connection)?;
    pragmas.apply(&mut connection)?;
    Ok(connection)
}

/// The file as SQLite's URI that opens it only if it is there: an empty one must never take the place of a lost one.
///
/// Whoever only looks opens it for reading, or the last to close it would move what is in the log into the file.
pub(super) fn url(path: &Path, purpose: Purpose) -> Result<String, OpenError> {
    let text = path.to_str().ok_or_else(|| OpenError::Failed("the path is not UTF-8".to_owned()))?;
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let mode = if purpose == Purpose::Looking { "ro" } else { "rw" };
    Ok(format!("file:{escaped}?mode={mode}"))
}

pub(super) fn assert_version(connection: &mut Connection) -> Result<(), OpenError> {
    let found: String =
        diesel::select(diesel::dsl::sql::<Text>("sqlite_version()")).get_result(connection)?;
    let numbers: Vec<u32> = found.split('.').map_while(|number| number.parse().ok()).collect();
    if numbers.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(OpenError::SqliteTooOld { found });
    }
    Ok(())
}

/// A number that differs from the last one when another connection committed in between.
pub(super) fn data_version(connection: &mut Connection) -> QueryResult<i32> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        data_version: i32,
    }
    let row: Row = diesel::sql_query("PRAGMA data_version").get_result(connection)?;
    Ok(row.data_version)
}
