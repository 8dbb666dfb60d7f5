use diesel::connection::SimpleConnection;
use roster_ports::{StoreError, Stored, Undo, WriteJob};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::statements::{Touched, Transaction};
use super::{Connection, store_error};

/// Runs writes on the one connection that writes.
pub(super) struct Batch<'c> {
    connection: &'c mut Connection,
    touched: Touched,
    /// Whether the last COMMIT failed.
    in_doubt: bool,
}

/// How a batch ended, all of it durable or undone.
pub(super) struct Ended {
    /// How each write ended, in their order.
    pub(super) outcomes: Vec<Stored<()>>,
    /// What may have changed of what the hot reads answer.
    pub(super) touched: Touched,
}

/// The transaction of a batch is gone, and with it also those of its writes that had ended well.
struct Lost(StoreError);

impl<'c> Batch<'c> {
    /// Runs each of the writes: together in one transaction, each in a savepoint of its own, and one by one where that
    /// transaction does not stand.
    pub(super) fn run(connection: &'c mut Connection, jobs: &mut [WriteJob]) -> Ended {
        let mut batch = Self { connection, touched: Touched::NOTHING, in_doubt: false };
        let outcomes = batch.outcomes(jobs);
        if batch.in_doubt {
            batch.spoil();
        }
        Ended { outcomes, touched: batch.touched }
    }

    fn outcomes(&mut self, jobs: &mut [WriteJob]) -> Vec<Stored<()>> {
        if jobs.len() <= 1 {
            return self.one_by_one(jobs);
        }
        if let Err(error) = self.execute("BEGIN IMMEDIATE") {
            return jobs.iter().map(|_| Err(StoreError::Unavailable(error.to_string()))).collect();
        }
        match self.together(jobs) {
            Ok(outcomes) => outcomes,
            Err(Lost(error)) => {
                tracing::warn!(%error, writes = jobs.len(), "a batch was lost; its writes run again one by one");
                self.roll_back();
                self.one_by_one(jobs)
            }
        }
    }

    fn together(&mut self, jobs: &mut [WriteJob]) -> Result<Vec<Stored<()>>, Lost> {
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            self.execute("SAVEPOINT job").map_err(Lost)?;
            let outcome = self.attempt(job);
            if outcome.is_err() {
                self.execute("ROLLBACK TO job").map_err(Lost)?;
            }
            self.execute("RELEASE job").map_err(Lost)?;
            outcomes.push(answer(outcome));
        }
        self.commit().map_err(Lost)?;
        Ok(outcomes)
    }

    fn one_by_one(&mut self, jobs: &mut [WriteJob]) -> Vec<Stored<()>> {
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            if let Err(error) = self.execute("BEGIN IMMEDIATE") {
                // Each of those left would wait as long again.
                outcomes.resize_with(jobs.len(), || Err(StoreError::Unavailable(error.to_string())));
                break;
            }
            outcomes.push(self.alone(job));
        }
        outcomes
    }

    fn alone(&mut self, job: &mut WriteJob) -> Stored<()> {
        let outcome = self.attempt(job);
        if outcome.is_err() {
            self.roll_back();
            return answer(outcome);
        }
        let committed = self.commit();
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    fn commit(&mut self) -> Stored<()> {
        let committed = self.execute("COMMIT");
        self.in_doubt = committed.is_err();
        committed
    }

    /// Overwrites what a failed COMMIT wrote. Where only the flush failed, all of it is in the log, and whoever opens the
    /// database after a crash would take it for done, though the caller was told that it is not.
    fn spoil(&mut self) {
        // A write that changes nothing. That it is not flushed either does no harm: it is there if we crash.
        if let Err(error) = self.execute("PRAGMA user_version = 0") {
            tracing::debug!(%error, "what a failed commit left was overwritten without a flush, or not at all");
        }
    }

    /// Runs a write and then inserts its events. A panic in it is its own failure.
    fn attempt(&mut self, job: &mut WriteJob) -> Result<(), Undo> {
        let mut transaction = Transaction::new(self.connection);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let events = job(&mut transaction)?;
            transaction.insert_events(&events).and_then(|()| transaction.sound()).map_err(Undo::Store)
        }));
        self.touched = self.touched.or(transaction.trace().0);
        ended.unwrap_or_else(|_| Err(Undo::Store(StoreError::Failed("a write panicked".to_owned()))))
    }

    fn roll_back(&mut self) {
        // It fails only where SQLite has rolled back by itself.
        if let Err(error) = self.execute("ROLLBACK") {
            tracing::debug!(%error, "nothing was left to roll back");
        }
    }

    fn execute(&mut self, command: &str) -> Stored<()> {
        self.connection.batch_execute(command).map_err(|error| store_error(&error))
    }
}

/// A refusal is no failure: the use case keeps the reason itself.
fn answer(outcome: Result<(), Undo>) -> Stored<()> {
    match outcome {
        Ok(()) | Err(Undo::Refused) => Ok(()),
        Err(Undo::Store(error)) => Err(error),
    }
}
