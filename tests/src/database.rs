use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use std::path::Path;

/// The database of a service, looked at from outside with plain SQL: it knows nothing of the service's own code.
#[expect(missing_debug_implementations, reason = "the connection has none")]
pub struct Database(SqliteConnection);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Database {
    /// Opens the file for looking at it; the service may be running.
    pub fn open(file: &Path) -> Self {
        Self::try_open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Like [`Database::open`], for a file that may be missing or damaged.
    pub fn try_open(file: &Path) -> Result<Self, String> {
        let path = format!("file:{}?mode=rw", file.to_str().expect("a path in UTF-8"));
        let mut connection = SqliteConnection::establish(&path).map_err(|error| error.to_string())?;
        connection
            .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = 1")
            .map_err(|error| error.to_string())?;
        Ok(Self(connection))
    }

    /// Holds the file for writing, as somebody does who migrates, until this is dropped.
    pub fn hold(file: &Path) -> Self {
        let path = file.to_str().expect("a path in UTF-8");
        let mut connection = SqliteConnection::establish(path).expect("the database can be opened");
        connection.batch_execute("BEGIN IMMEDIATE").expect("nobody else writes");
        Self(connection)
    }

    /// Changes the file from outside.
    pub fn change(file: &Path, statements: &str) {
        let path = file.to_str().expect("a path in UTF-8");
        let mut connection = SqliteConnection::establish(path).expect("the database can be opened");
        let all = format!("PRAGMA busy_timeout = 5000; {statements}");
        connection.batch_execute(&all).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// Moves what is in the log into the file that nobody else has open; the log is gone then.
    pub(crate) fn fold_log_into(file: &Path) {
        let path = file.to_str().expect("a path in UTF-8");
        let mut connection = SqliteConnection::establish(path).expect("the database can be opened");
        connection.batch_execute("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL").expect("pragmas");
    }

    /// The number that a statement answers in the column `value`.
    pub fn count(&mut self, statement: &str) -> i64 {
        self.try_count(statement).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_count(&mut self, statement: &str) -> Result<i64, String> {
        let row = sql_query(statement).get_result::<Count>(&mut self.0);
        row.map(|row| row.value).map_err(|error| format!("{statement}: {error}"))
    }

    /// The texts that a statement answers in the column `value`.
    pub fn texts(&mut self, statement: &str) -> Vec<String> {
        self.try_texts(statement).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_texts(&mut self, statement: &str) -> Result<Vec<String>, String> {
        let rows = sql_query(statement).load::<Line>(&mut self.0);
        let rows = rows.map_err(|error| format!("{statement}: {error}"))?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// Goes on looking at the database as it is now, or as it was when this was first called; tells how many events it
    /// knows.
    pub fn hold_snapshot(&mut self) -> i64 {
        // It is no error that matters that a snapshot is held already.
        self.0.batch_execute("BEGIN").ok();
        self.count("SELECT count(*) AS value FROM events")
    }

    /// The types of the events about this subject, in their order.
    pub fn events_about(&mut self, subject: &str) -> Vec<String> {
        self.texts(&format!("SELECT type AS value FROM events WHERE subject_id = '{subject}' ORDER BY seq"))
    }

    /// The names of all tables, in order.
    pub fn tables(&mut self) -> Vec<String> {
        self.texts("SELECT name AS value FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    }

    /// Every value of every row of a table, in an order that depends on the values alone.
    pub fn rows(&mut self, table: &str) -> Vec<String> {
        let columns = self.texts(&format!("SELECT name AS value FROM pragma_table_xinfo('{table}')"));
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        self.texts(&format!("SELECT {} AS value FROM \"{table}\" ORDER BY 1", quoted.join(" || ',' || ")))
    }

    /// Checks that the file is whole and tells one story: no dangling reference, nobody without role or
    /// password, no grant without action, and no person, session or grant without its event.
    #[track_caller]
    pub fn assert_sound(&mut self) {
        assert_eq!(self.check_sound(), Ok(()));
    }

    /// Like [`Database::assert_sound`], for a file that may be damaged: tells the first thing that is wrong.
    pub fn check_sound(&mut self) -> Result<(), String> {
        let found = self.try_texts("SELECT integrity_check AS value FROM pragma_integrity_check")?;
        if found != ["ok"] {
            return Err(format!("the file is damaged: {found:?}"));
        }
        for (what, statement) in WRONGS {
            match self.try_count(statement)? {
                0 => {}
                count => return Err(format!("{count} {what}")),
            }
        }
        Ok(())
    }
}

/// What must not be there, with the statement that counts it.
const WRONGS: [(&str, &str); 7] = [
    ("dangling references", "SELECT count(*) AS value FROM pragma_foreign_key_check"),
    ("people without a role", "SELECT count(*) AS value FROM users WHERE roles = 0"),
    (
        "people without a password",
        "SELECT count(*) AS value FROM users WHERE id NOT IN (SELECT user_id FROM credentials)",
    ),
    ("grants without an action", "SELECT count(*) AS value FROM facility_access WHERE actions = ''"),
    (
        "people without the event of their creation",
        "SELECT count(*) AS value FROM users WHERE lower(hex(id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'user.created')",
    ),
    (
        "sessions without the event of their start",
        "SELECT count(*) AS value FROM sessions WHERE lower(hex(user_id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'session.started')",
    ),
    (
        "grants without an event",
        "SELECT count(*) AS value FROM facility_access WHERE lower(hex(user_id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'access.given')",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;
    use std::panic::catch_unwind;

    /// The template's database after somebody broke it.
    fn is_sound_after(damage: &str) -> bool {
        let folder = template::data_folder();
        let file = folder.path().join(template::DATA).join("roster.db");
        let all = format!("PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1; {damage}");
        Database::change(&file, &all);
        catch_unwind(|| Database::open(&file).assert_sound()).is_ok()
    }

    #[test]
    fn what_is_unsound_is_seen() {
        assert!(is_sound_after(""));
        for damage in [
            "UPDATE users SET roles = 0",
            "DELETE FROM credentials",
            "DELETE FROM users",
            "DELETE FROM events",
            "UPDATE events SET type = 'user.updated' WHERE type = 'user.created'",
            "INSERT INTO facility_access SELECT id, id, '', NULL, id, NULL, 1 FROM users",
            "INSERT INTO facility_access SELECT id, id, 'a', NULL, id, NULL, 1 FROM users",
            "INSERT INTO sessions SELECT u.id, u.id, c.id, 1, 1, 1, NULL, NULL, 1 FROM users u, clients c",
        ] {
            assert!(!is_sound_after(damage), "{damage}");
        }
    }
}
