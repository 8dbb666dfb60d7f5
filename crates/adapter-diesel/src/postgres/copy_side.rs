//! A database on a server as a side of a copy.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use std::time::Duration;

use super::statements::check_release;
use super::{Connection, PostgresOptions, migrations, session};
use crate::OpenError;
use crate::copying::EventCopy;
use crate::schema::fresh_events;

/// What stands for copying among the advisory locks of a database: the bytes of `rostercp`.
const LOCK: i64 = 0x726f_7374_6572_6370;

/// How long one statement may take.
const LONGEST: Duration = Duration::from_hours(1);

pub(super) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// With the numbers that those get that have none yet.
pub(super) const LAST_NUMBER: &str =
    "SELECT (SELECT last FROM event_numbering) + (SELECT count(*) FROM fresh_events) AS number";

pub(super) const LENGTH: &str = "SELECT pg_database_size(current_database()) AS number";

pub(super) fn keep_last_number(number: i64) -> String {
    format!("UPDATE event_numbering SET last = {number}")
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    last: i64,
}

/// Fills a page that is not full with the events that have no number yet, in the order and with the numbers that they
/// would get.
pub(super) fn waiting_events(
    connection: &mut Connection,
    mut page: Vec<EventCopy>,
    after: Option<&EventCopy>,
    take: i64,
) -> QueryResult<Vec<EventCopy>> {
    let room = take - i64::try_from(page.len()).unwrap_or(take);
    if room <= 0 {
        return Ok(page);
    }
    let Last { last } = diesel::sql_query("SELECT last FROM event_numbering").get_result(connection)?;
    let gone = after.map_or(0, |event| (event.seq - last).max(0));
    let waiting = fresh_events::table
        .order(fresh_events::place.asc())
        .offset(gone)
        .limit(room)
        .select((
            fresh_events::place,
            fresh_events::id,
            fresh_events::kind,
            fresh_events::time,
            fresh_events::actor_type,
            fresh_events::actor_id,
            fresh_events::subject_type,
            fresh_events::subject_id,
            fresh_events::request_id,
            fresh_events::data,
        ))
        .load::<EventCopy>(connection)?;
    page.extend((last + gone + 1..).zip(waiting).map(|(seq, event)| EventCopy { seq, ..event }));
    Ok(page)
}

/// Opens a database to be copied, which is left as it is.
pub(crate) fn open_source(options: &PostgresOptions) -> Result<Connection, OpenError> {
    let mut connection = patient(options)?;
    migrations::check(&mut connection, options)?;
    Ok(connection)
}

/// Opens a database to be copied to; it gets its schema where it has none.
pub(crate) fn open_target(options: &PostgresOptions) -> Result<Connection, OpenError> {
    let mut connection = patient(options)?;
    let alone =
        diesel::select(diesel::dsl::sql::<Bool>("pg_try_advisory_lock(").bind::<BigInt, _>(LOCK).sql(")"));
    if !alone.get_result(&mut connection)? {
        return Err(OpenError::Unavailable("another copy is being made to it".to_owned()));
    }
    match check_release(&mut connection, &session::place(&options.url)) {
        Err(OpenError::Missing(_)) => drop(migrations::migrate(options)?),
        found => found?,
    }
    Ok(connection)
}

/// One whose transaction may wait for the other side as long as that takes.
fn patient(options: &PostgresOptions) -> Result<Connection, OpenError> {
    let mut connection = session::open(options, session::Purpose::Anything, LONGEST)?;
    connection.batch_execute("SET idle_in_transaction_session_timeout = 0")?;
    Ok(connection)
}
