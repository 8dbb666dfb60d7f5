//! What a session with the server is told before anything else.

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::time::Duration;

use super::{Connection, PostgresOptions};
use crate::OpenError;

/// What libpq is told where the URL does not say it: to give up on hosts and connections that are dead.
const DEFAULTS: [(&str, &str); 7] = [
    ("application_name", "roster"),
    ("connect_timeout", "2"),
    ("keepalives", "1"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Whatever the primary can do.
    Anything,
    /// Transactions that change something, on the primary.
    Writes,
    /// Reading from a host that follows, if there is one.
    StandbyReads,
}

impl Purpose {
    const fn attributes(self) -> &'static str {
        match self {
            Self::Anything | Self::Writes => "read-write",
            Self::StandbyReads => "prefer-standby",
        }
    }

    /// A serializable transaction that reads a whole table is in the way of everybody who writes to it. Each look of a
    /// write is by a key, but for a table that is small, or was when it was last analyzed, a scan counts as cheaper.
    const fn plans(self) -> &'static str {
        match self {
            Self::Writes => "SET enable_seqscan = off;",
            Self::Anything | Self::StandbyReads => "",
        }
    }
}

/// The URL with what it lacks.
fn completed(url: &str, purpose: Purpose) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let given: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let defaults = DEFAULTS.into_iter().chain([("target_session_attrs", purpose.attributes())]);
    let lacking = defaults.filter(|(name, _)| !given.contains(name));
    lacking.fold(url.to_owned(), |url, (name, value)| {
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}{name}={value}")
    })
}

/// Where the database is, for people: without who calls, and without parameters.
pub(crate) fn place(url: &str) -> String {
    let base = url.split_once('?').map_or(url, |(base, _)| base);
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("postgres://{host}")
}

/// Opens a session for this purpose. `longest` is how long a statement may take.
pub(super) fn open(
    options: &PostgresOptions,
    purpose: Purpose,
    longest: Duration,
) -> Result<Connection, OpenError> {
    let url = completed(&options.url, purpose);
    let mut connection = Connection::establish(&url).map_err(|error| unreachable(options, &error))?;
    connection.batch_execute(&preamble(purpose, longest))?;
    assert_unicode(&mut connection)?;
    Ok(connection)
}

/// The server's own words may hold who calls and where from, which is nobody else's business, but no password.
fn unreachable(options: &PostgresOptions, error: &ConnectionError) -> OpenError {
    let reason = error.to_string();
    let first = reason.lines().next().unwrap_or_default();
    OpenError::Unavailable(format!("{}: {first}", place(&options.url)))
}

/// A commit that was answered must outlive the server, whatever its own default is; a statement that waits too long for
/// a lock, or takes too long, fails; a transaction that was left alone, as by a network that broke, soon holds nothing.
fn preamble(purpose: Purpose, longest: Duration) -> String {
    let milliseconds = longest.as_millis();
    format!(
        "SET statement_timeout = {milliseconds};
         SET lock_timeout = {};
         SET idle_in_transaction_session_timeout = {};
         SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') IN ('off', 'local');
         {}",
        milliseconds / 2,
        milliseconds,
        purpose.plans(),
    )
}

fn assert_unicode(connection: &mut Connection) -> Result<(), OpenError> {
    let encoding: String = diesel::select(diesel::dsl::sql::<Text>("current_setting('server_encoding')"))
        .get_result(connection)?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(OpenError::Failed(format!("its encoding is {encoding}, and must be UTF8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_says_stands() {
        let url = completed("postgres://roster@db-1,db-2:5433/roster?connect_timeout=9", Purpose::Anything);
        assert!(url.starts_with("postgres://roster@db-1,db-2:5433/roster?connect_timeout=9&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
        assert!(url.contains("&target_session_attrs=read-write"), "{url}");
        assert!(
            completed("postgres:///roster", Purpose::StandbyReads)
                .starts_with("postgres:///roster?application_name=roster&")
        );
    }

    #[test]
    fn nobody_is_told_who_calls() {
        let url = "postgres://roster:canary@db-1:5432,db-2/roster?password=canary";
        assert_eq!(place(url), "postgres://db-1:5432,db-2/roster");
        assert_eq!(place("postgres:///roster"), "postgres:///roster");
    }
}
