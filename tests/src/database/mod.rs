mod postgres;
mod soundness;
mod sqlite;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use std::path::Path;

/// The database of a service, looked at from outside with plain SQL: it knows nothing of the service's own code.
///
/// Statements are those of SQLite; what PostgreSQL spells in another way is respelled here, as far as tests need it. On
/// PostgreSQL `events` are all that were told, those too that still wait for their number.
#[expect(missing_debug_implementations, reason = "the connection has none")]
pub struct Database(Link);

enum Link {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

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

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Binary)]
    value: Vec<u8>,
}

impl Database {
    /// Opens the file for looking at it; the service may be running.
    pub fn open(file: &Path) -> Self {
        Self::try_open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Like [`Database::open`], for a file that may be missing or damaged.
    pub fn try_open(file: &Path) -> Result<Self, String> {
        sqlite::open(file).map(|connection| Self(Link::Sqlite(connection)))
    }

    /// Holds the file for writing, as somebody does who migrates, until this is dropped.
    pub fn hold(file: &Path) -> Self {
        Self(Link::Sqlite(sqlite::hold(file)))
    }

    /// Changes the file from outside.
    pub fn change(file: &Path, statements: &str) {
        sqlite::change(file, statements);
    }

    /// Like [`Database::change`], where neither references nor what columns may hold are minded.
    pub(crate) fn change_unminded(file: &Path, statements: &str) {
        sqlite::change_unminded(file, statements);
    }

    /// Moves what is in the log into the file that nobody else has open; the log is gone then.
    pub(crate) fn fold_log_into(file: &Path) {
        sqlite::fold_log_into(file);
    }

    /// Opens the database of this URL for looking at it; the service may be running.
    pub(crate) fn on_server(url: &str) -> Self {
        Self(Link::Postgres(postgres::open(url)))
    }

    /// Changes the database of this URL from outside.
    pub(crate) fn change_on_server(url: &str, statements: &str) {
        postgres::change(url, statements);
    }

    /// Like [`Database::change_on_server`], where neither references nor what columns may hold are minded.
    pub(crate) fn change_on_server_unminded(url: &str, statements: &str) {
        postgres::change_unminded(url, statements);
    }

    /// The number that a statement answers in the column `value`.
    pub fn count(&mut self, statement: &str) -> i64 {
        self.try_count(statement).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_count(&mut self, statement: &str) -> Result<i64, String> {
        let row = match &mut self.0 {
            Link::Sqlite(connection) => sql_query(statement).get_result::<Count>(connection),
            Link::Postgres(connection) => {
                sql_query(postgres::respelled(statement, "bigint")).get_result::<Count>(connection)
            }
        };
        row.map(|row| row.value).map_err(|error| format!("{statement}: {error}"))
    }

    /// The texts that a statement answers in the column `value`.
    pub fn texts(&mut self, statement: &str) -> Vec<String> {
        self.try_texts(statement).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_texts(&mut self, statement: &str) -> Result<Vec<String>, String> {
        let rows = match &mut self.0 {
            Link::Sqlite(connection) => sql_query(statement).load::<Line>(connection),
            Link::Postgres(connection) => {
                sql_query(postgres::respelled(statement, "text")).load::<Line>(connection)
            }
        };
        let rows = rows.map_err(|error| format!("{statement}: {error}"))?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// Goes on looking at the database as it is now, or as it was when this was first called; tells how many events it
    /// knows.
    pub fn hold_snapshot(&mut self) -> i64 {
        // It is no error that matters that a snapshot is held already.
        match &mut self.0 {
            Link::Sqlite(connection) => connection.batch_execute("BEGIN").ok(),
            Link::Postgres(connection) => {
                connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").ok()
            }
        };
        self.count("SELECT count(*) AS value FROM events")
    }

    /// The types of the events about this subject, in their order.
    pub fn events_about(&mut self, subject: &str) -> Vec<String> {
        self.texts(&format!("SELECT type AS value FROM events WHERE subject_id = '{subject}' ORDER BY seq"))
    }

    /// The instant so many seconds from now, in RFC 3339, as the database would say it.
    pub fn time_in(&mut self, seconds: i64) -> String {
        let statement = match &self.0 {
            Link::Sqlite(_) => sqlite::time_in(seconds),
            Link::Postgres(_) => postgres::time_in(seconds),
        };
        self.texts(&statement).remove(0)
    }

    /// How many whole seconds lie between two instants in RFC 3339.
    pub fn seconds_between(&mut self, earlier: &str, later: &str) -> i64 {
        let since_1970 = |instant: &str| match &self.0 {
            Link::Sqlite(_) => format!("unixepoch('{instant}')"),
            Link::Postgres(_) => format!("floor(extract(epoch FROM timestamptz '{instant}'))"),
        };
        let statement = format!("SELECT {} - {} AS value", since_1970(later), since_1970(earlier));
        self.count(&statement)
    }

    /// The names of all tables, in order.
    pub fn tables(&mut self) -> Vec<String> {
        self.texts(match &self.0 {
            Link::Sqlite(_) => sqlite::TABLES,
            Link::Postgres(_) => postgres::TABLES,
        })
    }

    /// Every value of every row of a table, in an order that depends on the values alone.
    pub fn rows(&mut self, table: &str) -> Vec<String> {
        let columns = self.columns(table);
        let quoted: Vec<String> = columns.iter().map(|column| self.quoted(column)).collect();
        self.texts(&format!("SELECT {} AS value FROM \"{table}\" ORDER BY 1", quoted.join(" || ',' || ")))
    }

    fn columns(&mut self, table: &str) -> Vec<String> {
        self.texts(&match &self.0 {
            Link::Sqlite(_) => sqlite::columns_of(table),
            Link::Postgres(_) => postgres::columns_of(table),
        })
    }

    fn quoted(&self, column: &str) -> String {
        match &self.0 {
            Link::Sqlite(_) => format!("quote(\"{column}\")"),
            Link::Postgres(_) => format!("quote_nullable(\"{column}\"::text)"),
        }
    }

    /// The bytes of each table of a server, with nothing between rows and columns but zeros.
    pub(crate) fn bytes_of_tables(&mut self) -> Vec<Vec<u8>> {
        self.tables().iter().map(|table| self.bytes_of(table)).collect()
    }

    fn bytes_of(&mut self, table: &str) -> Vec<u8> {
        let columns = self.texts(&postgres::bytes_of_columns(table));
        let statement =
            format!("SELECT {} AS value FROM \"{table}\"", columns.join(" || '\\x00'::bytea || "));
        let Link::Postgres(connection) = &mut self.0 else { panic!("{table} lies in a file") };
        let rows = sql_query(&statement).load::<Bytes>(connection);
        let rows = rows.unwrap_or_else(|error| panic!("{statement}: {error}"));
        rows.into_iter().map(|row| row.value).collect::<Vec<_>>().join(&0)
    }
}
