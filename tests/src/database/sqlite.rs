use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::path::Path;

pub(super) const TABLES: &str = "SELECT name AS value FROM sqlite_schema WHERE type = 'table' ORDER BY name";

pub(super) fn columns_of(table: &str) -> String {
    format!("SELECT name AS value FROM pragma_table_xinfo('{table}')")
}

pub(super) fn time_in(seconds: i64) -> String {
    format!("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '{seconds} seconds') AS value")
}

pub(super) fn open(file: &Path) -> Result<SqliteConnection, String> {
    let path = format!("file:{}?mode=rw", file.to_str().expect("a path in UTF-8"));
    let mut connection = SqliteConnection::establish(&path).map_err(|error| error.to_string())?;
    let opened = connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = 1");
    opened.map_err(|error| error.to_string())?;
    Ok(connection)
}

pub(super) fn hold(file: &Path) -> SqliteConnection {
    let mut connection = connect(file);
    connection.batch_execute("BEGIN IMMEDIATE").expect("nobody else writes");
    connection
}

pub(super) fn change(file: &Path, statements: &str) {
    let all = format!("PRAGMA busy_timeout = 5000; {statements}");
    connect(file).batch_execute(&all).unwrap_or_else(|error| panic!("{statements}: {error}"));
}

/// Like [`change`], where neither references nor what columns may hold are minded.
pub(super) fn change_unminded(file: &Path, statements: &str) {
    change(file, &format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {statements}"));
}

pub(super) fn fold_log_into(file: &Path) {
    let pragmas = "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL";
    connect(file).batch_execute(pragmas).expect("pragmas");
}

fn connect(file: &Path) -> SqliteConnection {
    let path = file.to_str().expect("a path in UTF-8");
    SqliteConnection::establish(path).expect("the database can be opened")
}
