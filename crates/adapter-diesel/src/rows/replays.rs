use diesel::prelude::*;
use roster_domain::{Access, FacilityId, Grant, User, UserId};
use roster_ports::{KeptOutcome, Outcome, OutcomeOwner, Pseudonym, StoreError, Stored};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Table, bytes, micros};
use super::{AccessRecord, AccessRow, UserRecord, UserRow};
use crate::schema::kept_outcomes;

const KEPT: Table = Table("kept_outcomes");

/// A kept outcome, as read and as written.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = kept_outcomes, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct KeptOutcomeRow {
    asked_as: Vec<u8>,
    request: Vec<u8>,
    by_user: Option<Vec<u8>>,
    by_client: Option<String>,
    about: Vec<u8>,
    at: i64,
    outcome: String,
}

/// The text of an outcome as written. A change of its form is another name.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Written<'a> {
    UserCreatedV1(UserRecord<'a>),
    AccessChangedV1 { user: Uuid, facility: Uuid, grant: Option<AccessRecord<'a>> },
}

/// The text of an outcome as read.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    UserCreatedV1(Box<UserRow>),
    AccessChangedV1 { user: Uuid, facility: Uuid, grant: Option<AccessRow> },
}

impl TryFrom<&KeptOutcome> for KeptOutcomeRow {
    type Error = StoreError;

    fn try_from(kept: &KeptOutcome) -> Stored<Self> {
        let (by_user, by_client) = match &kept.by {
            OutcomeOwner::User(user) => (Some(bytes(user.uuid()).to_vec()), None),
            OutcomeOwner::Client(client) => (None, Some(client.as_str().to_owned())),
        };
        Ok(Self {
            asked_as: kept.asked_as.0.to_vec(),
            request: kept.request.0.to_vec(),
            by_user,
            by_client,
            about: bytes(kept.outcome.about().uuid()).to_vec(),
            at: micros(kept.at),
            outcome: write(&kept.outcome)?,
        })
    }
}

impl TryFrom<KeptOutcomeRow> for KeptOutcome {
    type Error = StoreError;

    fn try_from(row: KeptOutcomeRow) -> Stored<Self> {
        let by = match (row.by_user, row.by_client) {
            (Some(user), None) => OutcomeOwner::User(UserId::new(KEPT.uuid("by_user", &user)?)),
            (None, Some(client)) => OutcomeOwner::Client(KEPT.text("by_client", &client)?),
            _ => return Err(KEPT.broken("by_user")),
        };
        Ok(Self {
            asked_as: pseudonym("asked_as", &row.asked_as)?,
            request: pseudonym("request", &row.request)?,
            by,
            at: KEPT.instant("at", row.at)?,
            outcome: read(&row.outcome)?,
        })
    }
}

fn pseudonym(column: &'static str, bytes: &[u8]) -> Stored<Pseudonym> {
    bytes.try_into().map(Pseudonym).map_err(|_| KEPT.broken(column))
}

fn write(outcome: &Outcome) -> Stored<String> {
    let written = match outcome {
        Outcome::UserCreated(user) => Written::UserCreatedV1(UserRecord::try_from(&**user)?),
        Outcome::AccessChanged(access) => Written::AccessChangedV1 {
            user: access.user.uuid(),
            facility: access.facility.uuid(),
            grant: access.grant.as_ref().map(|grant| AccessRecord::of(access.user, access.facility, grant)),
        },
    };
    serde_json::to_string(&written).map_err(|error| StoreError::Failed(error.to_string()))
}

fn read(text: &str) -> Stored<Outcome> {
    match serde_json::from_str(text).map_err(|_| KEPT.broken("outcome"))? {
        Read::UserCreatedV1(row) => Ok(Outcome::UserCreated(Box::new(User::try_from(*row)?))),
        Read::AccessChangedV1 { user, facility, grant } => Ok(Outcome::AccessChanged(Access {
            user: UserId::new(user),
            facility: FacilityId::new(facility),
            grant: grant.map(Grant::try_from).transpose()?,
        })),
    }
}
