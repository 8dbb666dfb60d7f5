//! Reads a finished draft anew, as whoever restores it will.

use diesel::Connection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster_ports::BackupError;

use super::draft_file::DraftFile;
use super::snapshot::quoted;
use super::{Connection, Purpose, url};
use crate::copying::PICTURES;
use crate::sqlite::check::{damages, dangling_references};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Each table with its number of rows, which must be those of the snapshot; every page and reference must be right.
pub(super) fn verified(
    draft: &DraftFile,
    snapshot: &[(String, u64)],
) -> Result<Vec<(String, u64)>, BackupError> {
    let url = url(draft.path(), Purpose::Looking).map_err(|error| draft.unwritable(error))?;
    let mut connection = Connection::establish(&url).map_err(|error| draft.unwritable(error))?;
    let wrong = damages(&mut connection).and_then(|mut wrong| {
        wrong.extend(dangling_references(&mut connection)?);
        Ok(wrong)
    });
    if let Some(first) = wrong.map_err(|error| draft.failed(&error))?.first() {
        return Err(BackupError::Unfaithful(first.clone()));
    }
    let mut rows = Vec::new();
    for (table, expected) in snapshot {
        let count = count(&mut connection, table).map_err(|error| draft.failed(&error))?;
        if count != *expected {
            return Err(BackupError::Unfaithful(format!("{table} has {count} rows of {expected}")));
        }
        rows.push((table.clone(), count));
    }
    let pictures = count(&mut connection, PICTURES).map_err(|error| draft.failed(&error))?;
    rows.push((PICTURES.to_owned(), pictures));
    rows.sort_unstable();
    Ok(rows)
}

fn count(connection: &mut Connection, table: &str) -> QueryResult<u64> {
    let counting = diesel::sql_query(format!("SELECT count(*) AS count FROM {}", quoted(table)));
    let row: Count = counting.get_result(connection)?;
    Ok(u64::try_from(row.count).unwrap_or_default())
}
