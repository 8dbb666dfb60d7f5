use diesel::prelude::*;
use roster_domain::{Event, RequestId};
use roster_ports::Stored;
use serde_json::{Map, Value};

use super::table::{Table, bytes, micros};
use crate::event_data::event_data;
use crate::schema::events;

const EVENTS: Table = Table("events");

/// An event as read. What happened may be something that only a later release knows.
#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    id: Vec<u8>,
    time: i64,
    request_id: String,
    data: String,
}

impl EventRow {
    /// Fails for an event that cannot be told, or that does not come later than the one before it.
    pub(crate) fn in_order(&self, comes_later: bool) -> Stored<()> {
        if !comes_later {
            return Err(EVENTS.broken("seq"));
        }
        EVENTS.uuid("id", &self.id)?;
        EVENTS.instant("time", self.time)?;
        EVENTS.text::<RequestId>("request_id", &self.request_id)?;
        let values = serde_json::from_str::<Map<String, Value>>(&self.data);
        values.map(drop).map_err(|_| EVENTS.broken("data"))
    }
}

/// An event as written: to another table where its number comes later.
pub(crate) struct EventRecord<'a> {
    pub(crate) id: [u8; 16],
    pub(crate) kind: &'static str,
    pub(crate) time: i64,
    pub(crate) actor_type: &'static str,
    pub(crate) actor_id: String,
    pub(crate) subject_type: &'static str,
    pub(crate) subject_id: String,
    pub(crate) request_id: &'a str,
    pub(crate) data: String,
}

impl<'a> From<&'a Event> for EventRecord<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            id: bytes(event.id.uuid()),
            kind: event.kind.name(),
            time: micros(event.time),
            actor_type: event.actor.kind(),
            actor_id: event.actor.id(),
            subject_type: event.subject.kind(),
            subject_id: event.subject.id(),
            request_id: event.request_id.as_str(),
            data: event_data(&event.kind),
        }
    }
}
