//! Copies all tables of the attached database, whatever they are, within the transaction of the caller.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::fmt;

use super::Connection;
use crate::copying::PICTURES;

/// A table of which the copy has another number of rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) table: String,
    pub(super) rows: i64,
    pub(super) copied: i64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {} rows, and {} were copied", self.table, self.rows, self.copied)
    }
}

#[derive(QueryableByName, PartialEq, Eq, Clone)]
struct Definition {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    live: i64,
    #[diesel(sql_type = BigInt)]
    copied: i64,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    hidden: i64,
}

/// Replaces what an earlier snapshot left, but for pictures. Returns each table but the pictures with its number of rows.
pub(super) fn take(connection: &mut Connection) -> QueryResult<Result<Vec<(String, u64)>, Difference>> {
    // The first statement on the database, which so begins the snapshot.
    let wanted = definitions(connection, "live")?;
    prepare(connection, &wanted)?;
    let mut rows = Vec::new();
    for table in wanted.iter().filter(|definition| definition.kind == "table") {
        if let Err(difference) =
            copy(connection, &table.name)?.map(|count| rows.push((table.name.clone(), count)))
        {
            return Ok(Err(difference));
        }
    }
    rows.retain(|(name, _)| name != PICTURES);
    // Numbers that were given once are not given again, also where the rows are gone.
    connection.batch_execute(
        "DELETE FROM main.sqlite_sequence; INSERT INTO main.sqlite_sequence SELECT * FROM live.sqlite_sequence;",
    )?;
    Ok(Ok(rows))
}

/// Tables first, in the order in which they were made.
fn definitions(connection: &mut Connection, database: &str) -> QueryResult<Vec<Definition>> {
    diesel::sql_query(format!(
        "SELECT type AS kind, name, sql FROM {database}.sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'table', rowid"
    ))
    .load(connection)
}

/// Makes the tables where there are none, and empties them where there are. Indexes come before the rows: so SQLite copies
/// both as they are, instead of sorting.
fn prepare(connection: &mut Connection, wanted: &[Definition]) -> QueryResult<()> {
    if definitions(connection, "main")? == wanted {
        for table in
            wanted.iter().filter(|definition| definition.kind == "table" && definition.name != PICTURES)
        {
            connection.batch_execute(&format!("DELETE FROM main.{};", quoted(&table.name)))?;
        }
        return Ok(());
    }
    // Of a first snapshot, or of one after a migration: then those pictures that are needed are added again.
    let made = definitions(connection, "main")?;
    for kind in ["view", "table"] {
        for definition in made.iter().filter(|definition| definition.kind == kind) {
            connection.batch_execute(&format!("DROP {kind} main.{};", quoted(&definition.name)))?;
        }
    }
    wanted.iter().try_for_each(|definition| connection.batch_execute(&definition.sql))
}

fn copy(connection: &mut Connection, name: &str) -> QueryResult<Result<u64, Difference>> {
    let table = quoted(name);
    if name == PICTURES {
        connection
            .batch_execute(&format!("INSERT OR IGNORE INTO main.{table} SELECT * FROM live.{table};"))?;
        return Ok(Ok(0));
    }
    // With the bare star SQLite copies rows without taking them apart. Generated columns are not to be written.
    let columns: Vec<Column> =
        diesel::sql_query("SELECT name, hidden FROM pragma_table_xinfo(?, 'live') ORDER BY cid")
            .bind::<Text, _>(name)
            .load(connection)?;
    let statement = if columns.iter().all(|column| column.hidden == 0) {
        format!("INSERT INTO main.{table} SELECT * FROM live.{table};")
    } else {
        let plain: Vec<String> =
            columns.iter().filter(|column| column.hidden == 0).map(|column| quoted(&column.name)).collect();
        let plain = plain.join(", ");
        format!("INSERT INTO main.{table} ({plain}) SELECT {plain} FROM live.{table};")
    };
    connection.batch_execute(&statement)?;
    let rows: Rows = diesel::sql_query(format!(
        "SELECT (SELECT count(*) FROM live.{table}) AS live, (SELECT count(*) FROM main.{table}) AS copied"
    ))
    .get_result(connection)?;
    let difference = Difference { table: name.to_owned(), rows: rows.live, copied: rows.copied };
    Ok(u64::try_from(rows.live).ok().filter(|_| rows.live == rows.copied).ok_or(difference))
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
