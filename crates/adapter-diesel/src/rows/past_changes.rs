use chrono::{DateTime, Utc};
use diesel::prelude::*;
use roster_domain::{ActionName, Actions, Expiry, FacilityId, PastChange, PrincipalId, UserId};
use roster_ports::Stored;
use serde::Deserialize;

use super::table::Table;
use crate::schema::all_events;

const EVENTS: Table = Table("events");

/// An event of access as read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = all_events)]
pub(crate) struct PastChangeRow {
    subject_id: String,
    facility_id: Option<String>,
    kind: String,
    time: i64,
    actor_type: String,
    actor_id: String,
    data: String,
}

/// What was held afterwards.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    actions: Vec<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl PastChangeRow {
    /// Whom the change is of and where, and what it was.
    pub(crate) fn read(self) -> Stored<(UserId, FacilityId, PastChange)> {
        let facility = self.facility_id.ok_or(EVENTS.broken("facility_id"))?;
        let by = match self.actor_type.as_str() {
            "user" => PrincipalId::User(EVENTS.text("actor_id", &self.actor_id)?),
            "client" => PrincipalId::Client(EVENTS.text("actor_id", &self.actor_id)?),
            _ => return Err(EVENTS.broken("actor_type")),
        };
        let held: Held = serde_json::from_str(&self.data).map_err(|_| EVENTS.broken("data"))?;
        let actions: Vec<ActionName> =
            held.actions.iter().map(|name| EVENTS.text("data", name)).collect::<Stored<_>>()?;
        let expiry = held.expires_at.map_or(Expiry::Never, Expiry::At);
        let change = PastChange {
            is_giving: self.kind == "access.given",
            by,
            at: EVENTS.instant("time", self.time)?,
            after: Actions::of(actions).map(|actions| (actions, expiry)),
        };
        Ok((EVENTS.text("subject_id", &self.subject_id)?, EVENTS.text("facility_id", &facility)?, change))
    }
}
