use diesel::prelude::*;
use roster_domain::Event;
use roster_ports::Stored;

use super::Transaction;
use crate::rows::EventRecord;
use crate::schema::events;

impl Transaction<'_> {
    /// Inserts what happened, last and in order.
    pub(in super::super) fn insert_events(&mut self, happened: &[Event]) -> Stored<()> {
        for event in happened {
            let record = EventRecord::from(event);
            self.run(|connection| diesel::insert_into(events::table).values(&record).execute(connection))?;
        }
        Ok(())
    }
}
