use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use roster_ports::{ReadJob, StoreError, Stored};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::connections::Connections;
use super::session::{self, Host};
use super::transactions::{ask, read};
use super::{Connection, PostgresOptions};
use crate::OpenError;

/// A server that follows the primary, and answers lists in its place while it shows everything that the primary does.
///
/// It is asked only after it has applied all that the primary had written at the moment of the call, so it never shows
/// less than what was acknowledged to anybody, whichever instance that was.
pub(super) struct Standby {
    connections: Connections,
    /// Whether the last call could not be answered there: told once.
    is_failing: AtomicBool,
}

impl Standby {
    /// The standby of these options' primary, if they name one. It need not run yet; another database is refused.
    pub(super) fn open(
        options: &PostgresOptions,
        primary: &mut Connection,
    ) -> Result<Option<Self>, OpenError> {
        let Some(url) = &options.read_url else { return Ok(None) };
        let options = PostgresOptions { url: url.clone(), read_url: None, ..options.clone() };
        match session::open(&options, Host::Standby, options.longest) {
            Ok(mut standby) => refuse_stranger(primary, &mut standby)?,
            Err(error) => tracing::warn!(%error, "the standby that lists shall come from does not answer"),
        }
        Ok(Some(Self {
            connections: Connections::new(&options, Host::Standby),
            is_failing: AtomicBool::new(false),
        }))
    }

    /// Runs a read there; `None` where it could not be, and the primary has to be asked.
    pub(super) async fn read(&self, primary: &Connections, job: &Arc<Mutex<ReadJob>>) -> Option<Stored<()>> {
        match self.try_read(primary, job).await {
            Ok(answered) => {
                self.is_failing.store(false, Ordering::Relaxed);
                answered.then_some(Ok(()))
            }
            Err(StoreError::Unavailable(reason)) => {
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        reason,
                        "the standby does not answer; the primary answers lists meanwhile"
                    );
                }
                None
            }
            Err(error) => Some(Err(error)),
        }
    }

    async fn try_read(&self, primary: &Connections, job: &Arc<Mutex<ReadJob>>) -> Stored<bool> {
        let written = primary.run(|desk| ask(desk, written)).await?;
        let job = Arc::clone(job);
        self.connections
            .run(move |desk| {
                if !ask(desk, |standby| has_applied(standby, &written))? {
                    return Ok(false);
                }
                let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
                read(desk, &mut job).map(|()| true)
            })
            .await
    }
}

/// Places in the log of one server say nothing about another one.
fn refuse_stranger(primary: &mut Connection, standby: &mut Connection) -> Result<(), OpenError> {
    let identifier = || sql::<BigInt>("system_identifier FROM pg_control_system()");
    let database = || sql::<Text>("current_database()::text");
    let here: (i64, String) =
        (diesel::select(identifier()).get_result(primary)?, diesel::select(database()).get_result(primary)?);
    let there: (i64, String) =
        (diesel::select(identifier()).get_result(standby)?, diesel::select(database()).get_result(standby)?);
    if here == there {
        Ok(())
    } else {
        Err(OpenError::Failed("the standby follows another database".to_owned()))
    }
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
