use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster_ports::Stored;

use super::Connection;
use super::connections::Desk;
use super::link::Link;
use super::transactions::ask;

/// How many events one transaction moves.
const PIECE: i64 = 1_000;

/// Gives committed events their numbers, in the order of their places; returns how many got one.
///
/// Whoever comes later in that order may have been committed earlier, but never rests on what comes before it. What is
/// committed after this looked gets higher numbers, so nobody who has seen a number misses one below it. Only one
/// instance does it at a time; where another one does, there is nothing to do here.
pub(super) fn number_events(desk: &mut Desk) -> Stored<u64> {
    if !ask(desk, any_waits)? {
        return Ok(0);
    }
    let link = desk.link()?;
    let numbered = begin(link).and_then(|()| number_piece(&mut link.connection));
    match numbered.and_then(|count| link.execute("COMMIT").map(|()| count)) {
        Ok(count) => Ok(count),
        Err(error) => {
            let meaning = link.failed(&error);
            link.roll_back();
            Err(meaning)
        }
    }
}

fn any_waits(connection: &mut Connection) -> QueryResult<bool> {
    use crate::schema::fresh_events::dsl::{fresh_events, place};
    diesel::select(diesel::dsl::exists(fresh_events.select(place))).get_result(connection)
}

/// Not serializable: what is numbered must be looked for after the row was locked, not before.
fn begin(link: &mut Link) -> QueryResult<()> {
    link.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

fn number_piece(connection: &mut Connection) -> QueryResult<u64> {
    let last: Option<Number> =
        diesel::sql_query("SELECT last AS value FROM event_numbering WHERE id = 1 FOR UPDATE SKIP LOCKED")
            .get_result(connection)
            .optional()?;
    let Some(last) = last else { return Ok(0) };
    let moved: Number = diesel::sql_query(
        "WITH moving AS (
             DELETE FROM fresh_events
             WHERE place IN (SELECT place FROM fresh_events ORDER BY place LIMIT $1)
             RETURNING *
         ), numbered AS (
             INSERT INTO events
             (seq, id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data)
             SELECT $2 + row_number() OVER (ORDER BY place),
                 id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data
             FROM moving RETURNING 1
         ) SELECT count(*) AS value FROM numbered",
    )
    .bind::<BigInt, _>(PIECE)
    .bind::<BigInt, _>(last.value)
    .get_result(connection)?;
    diesel::sql_query("UPDATE event_numbering SET last = last + $1 WHERE id = 1")
        .bind::<BigInt, _>(moved.value)
        .execute(connection)?;
    Ok(u64::try_from(moved.value).unwrap_or(0))
}
