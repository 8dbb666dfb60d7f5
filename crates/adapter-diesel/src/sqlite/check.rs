//! Looks for whatever is wrong with a file: its pages, its references, its rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{Purpose, open};
use super::statements::unreadable_rows;
use super::{Connection, SqliteOptions, migrations};
use crate::OpenError;
use crate::examined::{Examined, MOST};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Each step is a read of its own, which keeps nobody from writing.
pub(super) fn examine(options: &SqliteOptions) -> Result<Examined, OpenError> {
    let options = SqliteOptions { read_only: true, ..options.clone() };
    let mut connection = open(&options.path, options.pragmas(Purpose::Looking))?;
    migrations::check(&mut connection, &options.path)?;
    let mut examined = Examined::default();
    for look in [damages, dangling_references, numbers_given_twice] {
        // A page may be so damaged that the look ends there: that is a finding too.
        examined.wrong.extend(look(&mut connection).unwrap_or_else(|error| vec![error.to_string()]));
    }
    examined.rows = unreadable_rows(&mut connection, MOST, &mut examined.wrong);
    Ok(examined)
}

/// What is wrong with the pages, indexes and values of the file.
pub(super) fn damages(connection: &mut Connection) -> QueryResult<Vec<String>> {
    // It tells a hundred things at most.
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT integrity_check AS line FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    )
    .load(connection)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// Rows that refer to what is not there.
pub(super) fn dangling_references(connection: &mut Connection) -> QueryResult<Vec<String>> {
    let dangling: Vec<Dangling> = diesel::sql_query(
        "SELECT \"table\" AS child, parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY child, parent",
    )
    .load(connection)?;
    let line = |it: Dangling| {
        format!("{}: rows that refer to {} that are not there: {}", it.child, it.parent, it.rows)
    };
    Ok(dangling.into_iter().map(line).collect())
}

/// Events are followed by their number, so none may come twice.
fn numbers_given_twice(connection: &mut Connection) -> QueryResult<Vec<String>> {
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT 'events: the number ' || seq || ' would be given again' AS line FROM events
         WHERE seq > coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'), 0)
         ORDER BY seq DESC LIMIT 1",
    )
    .load(connection)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// Reads where each table begins. It takes no time, and finds a file that is no database any more before anything is
/// written to it.
pub(super) fn probe(connection: &mut Connection) -> Result<(), OpenError> {
    let tables: Vec<Line> =
        diesel::sql_query("SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
            .load(connection)?;
    for table in tables {
        let quoted = table.line.replace('"', "\"\"");
        diesel::sql_query(format!("SELECT * FROM \"{quoted}\" LIMIT 1")).execute(connection)?;
    }
    Ok(())
}
