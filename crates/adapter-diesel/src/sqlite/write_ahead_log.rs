use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Connection, SqliteOptions};

/// The log into which all is written first, `-wal` beside the file, as the one who writes keeps it short.
///
/// SQLite begins it anew when a write comes while nobody reads from it. Readers who take turns without a gap, each ever so
/// brief, would let it grow for ever. So once it is long, writing pauses: whoever begins to read when all of the log is in
/// the file does not need the log, and those who read already are soon done.
pub(super) struct WriteAheadLog {
    file: PathBuf,
    /// From which size on it is long, in bytes.
    long: u64,
    /// The size at which to pause next.
    due: u64,
    /// How long other statements of the connection wait for others.
    patience: Duration,
}

impl WriteAheadLog {
    /// How long writing pauses at most. For whoever reads longer another pause is made when the log has grown on.
    const PAUSE: Duration = Duration::from_millis(250);

    pub(super) fn of(options: &SqliteOptions) -> Self {
        Self {
            file: beside(&options.path),
            long: options.long_log,
            due: options.long_log,
            patience: options.patience,
        }
    }

    /// Empties it if it is long and nobody reads from it for longer than a pause. To be called between writes.
    pub(super) fn keep_short(&mut self, connection: &mut Connection) {
        let size = self.size();
        if size < self.long {
            self.due = self.long;
        } else if size >= self.due {
            self.pause_and_empty(connection);
            self.due = size.saturating_add(self.long / 8);
        }
    }

    fn pause_and_empty(&self, connection: &mut Connection) {
        // That somebody still reads is no error, and leaves the log as it is.
        let emptied = wait_at_most(connection, Self::PAUSE)
            .and_then(|()| connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);"));
        if let Err(error) = emptied.and(wait_at_most(connection, self.patience)) {
            tracing::warn!(%error, "the log of the database could not be emptied");
        }
    }

    /// What cannot be looked at is not there, or is told by the writes themselves.
    fn size(&self) -> u64 {
        fs::metadata(&self.file).map_or(0, |file| file.len())
    }
}

/// The log of the database in this file.
pub(super) fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// How long statements wait from now on while others hold what they need.
fn wait_at_most(connection: &mut Connection, time: Duration) -> QueryResult<()> {
    connection.batch_execute(&format!("PRAGMA busy_timeout = {};", time.as_millis()))
}
