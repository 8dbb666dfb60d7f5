//! The two databases have the same tables, columns and rules, but for what is said here.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use roster_adapter_diesel::{OpenError, PostgresStore, SqliteOptions, SqliteStore};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::database::OwnDatabase;

/// Tables that only PostgreSQL needs.
const ONLY_HERE: [&str; 2] = ["event_numbering", "fresh_events"];

/// Which indexes only PostgreSQL has: of those tables, and of parts of names.
const ONLY_HERE_TOO: [&str; 1] = ["users_by_parts_of_names"];

#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_required: bool,
    #[diesel(sql_type = Nullable<Text>)]
    key_place: Option<String>,
}

fn kept(columns: Vec<Column>) -> Vec<Column> {
    let mut columns: Vec<Column> =
        columns.into_iter().filter(|column| !ONLY_HERE.contains(&column.table_name.as_str())).collect();
    columns.sort();
    columns
}

fn here(connection: &mut PgConnection) -> Vec<Column> {
    let columns = diesel::sql_query(
        "SELECT c.relname::text AS table_name, a.attname::text AS name,
            CASE format_type(a.atttypid, NULL)
                WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT' ELSE 'INTEGER' END AS kind,
            a.attnotnull AS is_required,
            (SELECT array_position(i.indkey::int2[], a.attnum)::text
             FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS key_place
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_%'",
    );
    kept(columns.load(connection).unwrap())
}

fn there(connection: &mut SqliteConnection) -> Vec<Column> {
    let columns = diesel::sql_query(
        "SELECT t.name AS table_name, x.name AS name, x.type AS kind, x.\"notnull\" <> 0 AS is_required,
            CASE WHEN x.pk > 0 THEN CAST(x.pk - 1 AS TEXT) END AS key_place
         FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) x
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name NOT LIKE '!_!_%' ESCAPE '!'",
    );
    kept(columns.load(connection).unwrap())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn names(rows: Vec<Name>) -> Vec<String> {
    let mut names: Vec<String> =
        rows.into_iter().map(|row| row.name).filter(|name| !ONLY_HERE_TOO.contains(&name.as_str())).collect();
    names.sort();
    names
}

fn sqlite() -> (tempfile::TempDir, SqliteConnection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.db");
    SqliteStore::migrate(&SqliteOptions::at(&path)).unwrap();
    let connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (folder, connection)
}

#[test]
fn both_databases_have_the_same_columns() {
    let database = OwnDatabase::migrated();
    let (_folder, mut sqlite) = sqlite();
    let (here, there) = (here(&mut database.connection()), there(&mut sqlite));
    assert!(here.len() > 100, "{here:?}");
    assert_eq!(here, there);
}

#[test]
fn both_databases_have_the_same_indexes() {
    let database = OwnDatabase::migrated();
    let (_folder, mut sqlite) = sqlite();
    let here = diesel::sql_query(
        "SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisprimary
         AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
    );
    let there = diesel::sql_query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    let here = names(here.load(&mut database.connection()).unwrap());
    assert_eq!(here, names(there.load(&mut sqlite).unwrap()));
}

#[test]
fn the_migrations_of_both_databases_have_the_same_names() {
    let names = |database: &str| -> BTreeMap<String, usize> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| {
                let files = fs::read_dir(entry.path()).unwrap().count();
                (entry.file_name().into_string().unwrap(), files)
            })
            .collect()
    };
    assert_eq!(names("postgres"), names("sqlite"));
}

#[test]
fn several_that_start_at_once_migrate_once() {
    let database = OwnDatabase::empty();
    assert!(matches!(PostgresStore::open(&database.options()), Err(OpenError::Missing(_))));
    let ran: Vec<Vec<String>> = std::thread::scope(|scope| {
        let migrating: Vec<_> =
            (0..5).map(|_| scope.spawn(|| PostgresStore::migrate(&database.options()).unwrap())).collect();
        migrating.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ran.iter().filter(|ran| !ran.is_empty()).count(), 1, "{ran:?}");
    assert!(PostgresStore::open(&database.options()).is_ok());
}
