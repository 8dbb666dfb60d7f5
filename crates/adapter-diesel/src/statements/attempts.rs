use diesel::prelude::*;
use roster_domain::Instant;
use roster_ports::{Attempt, Pseudonym, ReadAttempts, Stored, WriteAttempts};

use super::Transaction;
use crate::rows::{AttemptRow, micros, tried_at};
use crate::schema::login_attempts::{at, counts_for, id, table};

impl ReadAttempts for Transaction<'_> {
    fn latest(&mut self, of: Pseudonym, after: Instant, until: Instant, take: u32) -> Stored<Vec<Instant>> {
        let times: Vec<i64> = self.run(|connection| {
            table
                .filter(counts_for.eq(of.0))
                .filter(at.gt(micros(after)))
                .filter(at.le(micros(until)))
                .order(at.desc())
                .limit(i64::from(take))
                .select(at)
                .load(connection)
        })?;
        times.into_iter().map(tried_at).collect()
    }
}

impl WriteAttempts for Transaction<'_> {
    fn count(&mut self, attempt: &Attempt) -> Stored<()> {
        // One by one: for several at once, diesel begins a transaction of its own on SQLite.
        for row in AttemptRow::all_of(attempt) {
            self.run(|connection| {
                diesel::insert_into(table).values(&row).on_conflict_do_nothing().execute(connection)
            })?;
        }
        Ok(())
    }

    fn take_back(&mut self, attempt: &Attempt) -> Stored<()> {
        AttemptRow::all_of(attempt).iter().try_for_each(|row| self.forget(row))
    }

    fn sweep(&mut self, before: Instant, limit: u32) -> Stored<u32> {
        let rows = self.run(|connection| {
            table
                .filter(at.lt(micros(before)))
                .order(at.asc())
                .limit(i64::from(limit))
                .select(AttemptRow::as_select())
                .load(connection)
        })?;
        rows.iter().try_for_each(|row| self.forget(row))?;
        Ok(u32::try_from(rows.len()).unwrap_or(u32::MAX))
    }
}

impl Transaction<'_> {
    fn forget(&mut self, row: &AttemptRow) -> Stored<()> {
        let counted =
            table.filter(counts_for.eq(&row.counts_for)).filter(at.eq(row.at)).filter(id.eq(&row.id));
        self.run(|connection| diesel::delete(counted).execute(connection))?;
        Ok(())
    }
}
