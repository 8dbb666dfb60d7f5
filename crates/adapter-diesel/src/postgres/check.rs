//! Looks for whatever is wrong with the rows. Pages and references are the server's own business.

use diesel::prelude::*;
use diesel::sql_types::Text;
use std::time::Duration;

use super::session::Purpose;
use super::statements::unreadable_rows;
use super::{Connection, PostgresOptions, migrations, session};
use crate::OpenError;
use crate::examined::{Examined, MOST};

/// How long reading one table may take.
const LONGEST: Duration = Duration::from_hours(1);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

pub(super) fn examine(options: &PostgresOptions) -> Result<Examined, OpenError> {
    let mut connection = session::open(options, Purpose::Anything, LONGEST)?;
    migrations::check(&mut connection, options)?;
    let mut examined = Examined::default();
    let numbers = numbers_given_twice(&mut connection);
    examined.wrong.extend(numbers.unwrap_or_else(|error| vec![error.to_string()]));
    examined.rows = unreadable_rows(&mut connection, MOST, &mut examined.wrong);
    Ok(examined)
}

/// Events are followed by their number, so none may come twice.
fn numbers_given_twice(connection: &mut Connection) -> QueryResult<Vec<String>> {
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT 'events: the number ' || seq || ' would be given again' AS line FROM events
         WHERE seq > coalesce((SELECT last FROM event_numbering), 0) ORDER BY seq DESC LIMIT 1",
    )
    .load(connection)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
