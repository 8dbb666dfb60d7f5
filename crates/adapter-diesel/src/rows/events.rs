use diesel::prelude::*;
use roster_domain::Event;

use super::table::{bytes, micros};
use crate::event_data::event_data;
use crate::schema::events;

/// An event as written.
#[derive(Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRecord<'a> {
    id: [u8; 16],
    kind: &'static str,
    time: i64,
    actor_type: &'static str,
    actor_id: String,
    subject_type: &'static str,
    subject_id: String,
    request_id: &'a str,
    data: String,
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
