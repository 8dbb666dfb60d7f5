use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use roster_ports::{ReadJob, StoreError, Stored};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::connections::Connections;
use super::session::{self, Purpose};
use super::transactions::{ask, read};
use super::{Connection, PostgresOptions};
use crate::OpenError;

/// A server that follows the primary, and answers lists in its place while it shows everything that the primary does.
///
/// It is asked only after it has applied all that the primary had written at the moment of the call, so it never shows
/// less than what was acknowledged to anybody, whichever instance that was.
pub(super) struct Standby {
    connections: Connections,
    /// Until when it is left alone, since it did not answer.
    rests_until: Mutex<Option<Instant>>,
}

/// How long a standby that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);

impl Standby {
    /// The standby of these options' primary, if they name one. It need not run yet; another database is refused.
    pub(super) fn open(
        options: &PostgresOptions,
        primary: &mut Connection,
    ) -> Result<Option<Self>, OpenError> {
        let Some(url) = &options.read_url else { return Ok(None) };
        // Where it does not answer, there must be time left to ask the primary.
        let longest = options.longest / 4;
        let options = PostgresOptions { url: url.clone(), read_url: None, longest, ..options.clone() };
        match session::open(&options, Purpose::StandbyReads, options.longest) {
            Ok(mut standby) => refuse_stranger(primary, &mut standby)?,
            Err(error) => tracing::warn!(%error, "the standby that lists shall come from does not answer"),
        }
        let connections = Connections::new(&options, Purpose::StandbyReads);
        Ok(Some(Self { connections, rests_until: Mutex::default() }))
    }

    /// Runs a read there; gives it back where the primary has to be asked.
    pub(super) async fn read(&self, primary: &Connections, mut job: ReadJob) -> Result<Stored<()>, ReadJob> {
        if !self.is_abreast(primary).await {
            return Err(job);
        }
        let reading = self.connections.run(move |desk| {
            let ended = read(desk, &mut job);
            Ok((job, ended))
        });
        match reading.await {
            Ok((job, Err(StoreError::Unavailable(reason)))) => {
                self.rest(&reason);
                Err(job)
            }
            Ok((_, ended)) => Ok(ended),
            Err(error) => {
                self.rest(&error.to_string());
                Ok(Err(error))
            }
        }
    }

    async fn is_abreast(&self, primary: &Connections) -> bool {
        if self.rests() {
            return false;
        }
        // What is wrong with the primary it tells itself, when it is asked for the list.
        let Ok(written) = primary.run(|desk| ask(desk, written)).await else { return false };
        let applied = self.connections.run(move |desk| ask(desk, |standby| has_applied(standby, &written)));
        applied.await.unwrap_or_else(|error| {
            self.rest(&error.to_string());
            false
        })
    }

    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, reason: &str) {
        tracing::warn!(reason, "the standby does not answer; the primary answers lists for a while");
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }
}

/// Places in the log of one server say nothing about another one.
fn refuse_stranger(primary: &mut Connection, standby: &mut Connection) -> Result<(), OpenError> {
    if identity(primary)? == identity(standby)? {
        return Ok(());
    }
    Err(OpenError::Failed("the standby follows another database".to_owned()))
}

fn identity(connection: &mut Connection) -> QueryResult<(i64, String)> {
    let system = sql::<BigInt>("(SELECT system_identifier FROM pg_control_system())");
    diesel::select((system, sql::<Text>("current_database()::text"))).get_result(connection)
}

/// How far the primary's log is safe: everything that was acknowledged lies before.
fn written(primary: &mut Connection) -> QueryResult<String> {
    diesel::select(sql::<Text>("pg_current_wal_flush_lsn()::text")).get_result(primary)
}

/// Whether a server follows, and has applied the log up to this place.
fn has_applied(standby: &mut Connection, place: &str) -> QueryResult<bool> {
    let applied = sql::<Bool>("pg_is_in_recovery() AND coalesce(pg_last_wal_replay_lsn() >= ")
        .bind::<Text, _>(place)
        .sql("::pg_lsn, false)");
    diesel::select(applied).get_result(standby)
}
