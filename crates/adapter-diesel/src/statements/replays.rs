use diesel::prelude::*;
use roster_domain::Instant;
use roster_ports::{KeptOutcome, Pseudonym, ReadReplays, Stored, WriteReplays};

use super::Transaction;
use crate::rows::{KeptOutcomeRow, micros};
use crate::schema::kept_outcomes::{asked_as, at, table};

impl ReadReplays for Transaction<'_> {
    fn outcome(&mut self, wanted: Pseudonym, after: Instant) -> Stored<Option<KeptOutcome>> {
        let row = self.run(|connection| {
            table
                .filter(asked_as.eq(wanted.0))
                .filter(at.gt(micros(after)))
                .select(KeptOutcomeRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(KeptOutcome::try_from).transpose()
    }
}

impl WriteReplays for Transaction<'_> {
    fn keep(&mut self, kept: &KeptOutcome) -> Stored<()> {
        let row = KeptOutcomeRow::try_from(kept)?;
        self.run(|connection| {
            diesel::insert_into(table)
                .values(&row)
                .on_conflict(asked_as)
                .do_update()
                .set(&row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn sweep(&mut self, before: Instant, limit: u32) -> Stored<u32> {
        let old: Vec<Vec<u8>> = self.run(|connection| {
            table
                .filter(at.lt(micros(before)))
                .order(at.asc())
                .limit(i64::from(limit))
                .select(asked_as)
                .load(connection)
        })?;
        for name in &old {
            self.run_on_row("kept outcome", |connection| {
                diesel::delete(table.filter(asked_as.eq(name))).execute(connection)
            })?;
        }
        Ok(u32::try_from(old.len()).unwrap_or(u32::MAX))
    }
}
