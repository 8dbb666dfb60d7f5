use diesel::prelude::*;
use roster_domain::Event;
use roster_ports::Stored;

use super::super::arrivals::{
    actor_id, actor_type, data, id, kind, request_id, subject_id, subject_type, table, time,
};
use super::Transaction;
use crate::rows::EventRecord;

impl Transaction<'_> {
    /// Inserts what happened, last and in order.
    pub(in super::super) fn insert_events(&mut self, happened: &[Event]) -> Stored<()> {
        for event in happened {
            let record = EventRecord::from(event);
            let values = (
                id.eq(record.id),
                kind.eq(record.kind),
                time.eq(record.time),
                actor_type.eq(record.actor_type),
                actor_id.eq(record.actor_id),
                subject_type.eq(record.subject_type),
                subject_id.eq(record.subject_id),
                request_id.eq(record.request_id),
                data.eq(record.data),
            );
            self.run(|connection| diesel::insert_into(table).values(values).execute(connection))?;
        }
        Ok(())
    }
}
