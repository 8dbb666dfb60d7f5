use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

/// A connection to a database on a server, beside the service: plain SQL that knows nothing of the service's own code.
#[expect(missing_debug_implementations, reason = "the connection has none")]
pub struct ServerSql(PgConnection);

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

impl ServerSql {
    /// Connects, which must succeed.
    pub fn connect(url: &str) -> Self {
        Self(PgConnection::establish(url).unwrap_or_else(|error| panic!("{url}: {error}")))
    }

    /// Runs statements that answer nothing of interest.
    pub fn run(&mut self, statements: &str) {
        self.0.batch_execute(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// The number that a statement answers in the column `value`.
    pub fn count(&mut self, statement: &str) -> i64 {
        let row = sql_query(statement).get_result::<Count>(&mut self.0);
        row.unwrap_or_else(|error| panic!("{statement}: {error}")).value
    }

    /// The texts that a statement answers in the column `value`.
    pub fn texts(&mut self, statement: &str) -> Vec<String> {
        let rows = sql_query(statement).load::<Line>(&mut self.0);
        let rows = rows.unwrap_or_else(|error| panic!("{statement}: {error}"));
        rows.into_iter().map(|row| row.value).collect()
    }
}
