//! Databases of both kinds with something in every table, and all that is in them as text.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_adapter_diesel::{Compared, CopyEnd, CopyError, DatabaseCopy, SqliteOptions, SqliteStore};
use roster_ports::{BackupDraft, BackupError};
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

use crate::database::OwnDatabase;

/// More than two pieces.
pub(super) const PEOPLE: u32 = 1_203;

/// What only one of the databases has, and a copy makes anew.
const OWN: [&str; 4] = ["__diesel_schema_migrations", "event_numbering", "fresh_events", "sqlite_sequence"];

/// A database to copy from or to.
pub(super) enum Place {
    File(TempDir),
    Server(OwnDatabase),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Place {
    /// A file that is not there yet.
    pub(super) fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// A database on the server, without a schema.
    pub(super) fn server() -> Self {
        Self::Server(OwnDatabase::empty())
    }

    /// A file with something in every table.
    pub(super) fn full_file() -> Self {
        let file = Self::file();
        let CopyEnd::Sqlite(options) = file.end() else { unreachable!() };
        SqliteStore::migrate(&options).unwrap();
        file.execute(&everything());
        file
    }

    /// A database on the server with something in every table.
    pub(super) fn full_server() -> Self {
        let server = Self::Server(OwnDatabase::migrated());
        server.execute(&format!("{}; UPDATE event_numbering SET last = 700", everything()));
        server
    }

    pub(super) fn end(&self) -> CopyEnd {
        match self {
            Self::File(folder) => CopyEnd::Sqlite(SqliteOptions::at(folder.path().join("roster.db"))),
            Self::Server(database) => CopyEnd::Postgres(database.options()),
        }
    }

    /// What another process does to it. Bytes are written as `<hexadecimal>`.
    pub(super) fn execute(&self, sql: &str) {
        match self {
            Self::File(folder) => {
                let sql = sql.replace('<', "x'").replace('>', "'");
                let commands = format!("PRAGMA foreign_keys = ON; BEGIN; {sql}; COMMIT");
                file_connection(&folder.path().join("roster.db")).batch_execute(&commands).unwrap();
            }
            Self::Server(database) => {
                let sql = sql.replace('<', "'\\x").replace('>', "'");
                database.connection().batch_execute(&sql).unwrap();
            }
        }
    }

    /// Every row of every table.
    pub(super) fn contents(&self) -> Vec<String> {
        match self {
            Self::File(folder) => file_contents(&folder.path().join("roster.db")),
            Self::Server(database) => server_contents(&mut database.connection()),
        }
    }

    /// A number that it answers.
    pub(super) fn text(&self, sql: &str) -> String {
        let sql = format!("SELECT CAST(({sql}) AS TEXT) AS line");
        match self {
            Self::File(folder) => {
                lines(&mut file_connection(&folder.path().join("roster.db")), &sql).remove(0)
            }
            Self::Server(database) => lines(&mut database.connection(), &sql).remove(0),
        }
    }
}

fn file_connection(file: &Path) -> SqliteConnection {
    SqliteConnection::establish(file.to_str().unwrap()).unwrap()
}

fn lines<C: diesel::connection::LoadConnection>(connection: &mut C, sql: &str) -> Vec<String>
where
    diesel::query_builder::SqlQuery: for<'q> diesel::query_dsl::LoadQuery<'q, C, Line>,
{
    let rows: Vec<Line> = diesel::sql_query(sql).load(connection).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

pub(super) fn file_contents(file: &Path) -> Vec<String> {
    let mut connection = file_connection(file);
    let tables =
        lines(&mut connection, "SELECT name AS line FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let mut contents = lines(&mut connection, "SELECT name || seq AS line FROM sqlite_sequence");
    for table in tables.iter().filter(|table| !OWN.contains(&table.as_str())) {
        let columns = lines(
            &mut connection,
            &format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_xinfo('{table}')"),
        );
        let rows = format!("SELECT {} AS line FROM {table} ORDER BY 1", columns.join(" || ',' || "));
        contents.extend(lines(&mut connection, &rows).into_iter().map(|row| format!("{table} {row}")));
    }
    contents
}

fn server_contents(connection: &mut PgConnection) -> Vec<String> {
    let tables = lines(
        connection,
        "SELECT relname::text AS line FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         ORDER BY 1",
    );
    let mut contents = lines(connection, "SELECT last::text AS line FROM event_numbering");
    for table in tables.iter().filter(|table| !OWN.contains(&table.as_str())) {
        let rows = lines(connection, &format!("SELECT t::text AS line FROM {table} t ORDER BY 1"));
        contents.extend(rows.into_iter().map(|row| format!("{table} {row}")));
    }
    contents
}

/// Copies everything; what was compared, and how it ended.
pub(super) fn copied(from: &Place, to: &Place) -> (Vec<Compared>, Result<(), BackupError>) {
    let mut copy = begin(from, to).unwrap();
    let ended = copy.take_snapshot().and_then(|()| copy.finish()).map(drop);
    (copy.compared().to_vec(), ended)
}

pub(super) fn begin(from: &Place, to: &Place) -> Result<DatabaseCopy, CopyError> {
    DatabaseCopy::begin(&from.end(), &to.end(), |_, _| {})
}

/// The name of the picture whose bytes are `picture`.
const PICTURE: &str = "2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97";

/// Statements that insert something into every table, and into some more than fits a piece.
fn everything() -> String {
    let id = |n: u32| format!("<{n:032x}>");
    let digest = |n: u32| format!("<{n:064x}>");
    let mut sql = String::new();
    for n in 1..=PEOPLE {
        let (id, key) = (id(n), format!("person{n}@example.org"));
        let rest = match n {
            1 => format!(
                "'Ada''s \"second\" Ünï@Example.org', 'x', TRUE, 'Ada', 'Ł', 'ada', 3, 'two\nlines', 'j', 'tr', 3, TRUE, FALSE, \
                 {id}, {id}, <{PICTURE}>, 2, '+90555', 90, 5554443322, 'TR'"
            ),
            _ => "NULL, NULL, FALSE, 'Grace', 'Hopper', 'grace', 1, NULL, NULL, NULL, 1, FALSE, FALSE, \
                  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
                .to_owned(),
        };
        writeln!(sql, "INSERT INTO users VALUES ({id}, 1, -7, {n}, '{key}', '{key}', {rest});").unwrap();
    }
    for n in 1..=PEOPLE {
        let id = id(n);
        writeln!(
            sql,
            "INSERT INTO credentials (user_id, password_hash, chosen_by) VALUES ({id}, 'v1$0a0b0c0d$$2b$04${n:053}', 1);"
        )
        .unwrap();
        writeln!(sql, "INSERT INTO login_attempts VALUES (<{:032x}>, {}, {id});", n % 3, n % 7).unwrap();
        writeln!(
            sql,
            "INSERT INTO facility_access VALUES (<{:032x}>, {id}, 'open', NULL, NULL, 'app', {n});",
            n % 5 + 1
        )
        .unwrap();
    }
    let (one, two) = (id(1), id(2));
    for n in 1..=700 {
        let id = id(n);
        writeln!(
            sql,
            "INSERT INTO events VALUES ({n}, {id}, 'user.created', {n}, 'system', '', 'user', 'u', 'r', '{{}}');"
        )
        .unwrap();
    }
    write!(
        sql,
        "INSERT INTO sign_in_statistics VALUES ({one}, 5, '::1', 9), ({two}, 6, NULL, 1);
         INSERT INTO clients VALUES ('app', FALSE, NULL, FALSE, 3, 7, FALSE, 1), ('Zoo', TRUE, {}, TRUE, 1, -1, TRUE, 2);
         INSERT INTO sessions VALUES ({one}, {two}, 'app', 3, 1, 2, NULL, 'curl', 9), ({two}, {one}, 'Zoo', 3, 1, 2, '::1', NULL, 9);
         INSERT INTO refresh_tokens VALUES ({}, {one}, 9, NULL, 3, {}), ({}, {one}, 9, {}, NULL, NULL);
         INSERT INTO signing_keys VALUES ('kid', 'ES256', <00ff>, '0a0b0c0d', 1, 2, 3);
         INSERT INTO master_secrets VALUES ({}, 4);
         INSERT INTO doomed_pictures VALUES ({}, 1), ({}, 2);
         INSERT INTO pictures VALUES (<{PICTURE}>, 2, <70696374757265>);
         INSERT INTO kept_outcomes VALUES ({one}, {two}, {one}, NULL, {two}, 5, '{{}}'), ({two}, {two}, NULL, 'app', {one}, 5, '')",
        digest(8), digest(1), digest(0), digest(2), digest(1), digest(9), digest(3), digest(3),
    )
    .unwrap();
    sql
}
