use diesel::prelude::*;
use roster_domain::{Access, Actions, Expiry, FacilityId, Grant, PrincipalId, UserId};
use roster_ports::{StoreError, Stored};
use serde::{Deserialize, Serialize};

use super::table::{Table, bytes, micros};
use crate::schema::facility_access;

const ACCESS: Table = Table("facility_access");

/// A grant as read.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = facility_access)]
pub(crate) struct AccessRow {
    pub(super) user_id: Vec<u8>,
    pub(super) facility_id: Vec<u8>,
    pub(super) actions: String,
    pub(super) expires_at: Option<i64>,
    pub(super) granted_by_user: Option<Vec<u8>>,
    pub(super) granted_by_client: Option<String>,
    pub(super) granted_at: i64,
}

impl TryFrom<AccessRow> for Access {
    type Error = StoreError;

    fn try_from(row: AccessRow) -> Stored<Self> {
        Ok(Self {
            user: UserId::new(ACCESS.uuid("user_id", &row.user_id)?),
            facility: FacilityId::new(ACCESS.uuid("facility_id", &row.facility_id)?),
            grant: Some(row.try_into()?),
        })
    }
}

impl TryFrom<AccessRow> for Grant {
    type Error = StoreError;

    fn try_from(row: AccessRow) -> Stored<Self> {
        Ok(Self {
            actions: actions(&row.actions)?,
            expiry: match row.expires_at {
                None => Expiry::Never,
                Some(end) => Expiry::At(ACCESS.instant("expires_at", end)?),
            },
            granted_by: match (row.granted_by_user, row.granted_by_client) {
                (Some(user), None) => PrincipalId::User(UserId::new(ACCESS.uuid("granted_by_user", &user)?)),
                (None, Some(client)) => PrincipalId::Client(ACCESS.text("granted_by_client", &client)?),
                _ => return Err(ACCESS.broken("granted_by_user")),
            },
            granted_at: ACCESS.instant("granted_at", row.granted_at)?,
        })
    }
}

fn actions(text: &str) -> Stored<Actions> {
    let names: Vec<_> = text.split(' ').map(|name| ACCESS.text("actions", name)).collect::<Stored<_>>()?;
    Actions::of(names).ok_or(ACCESS.broken("actions"))
}

/// A grant as written.
#[derive(Insertable, Serialize)]
#[diesel(table_name = facility_access, treat_none_as_default_value = false)]
pub(crate) struct AccessRecord<'a> {
    user_id: [u8; 16],
    facility_id: [u8; 16],
    actions: String,
    expires_at: Option<i64>,
    granted_by_user: Option<[u8; 16]>,
    granted_by_client: Option<&'a str>,
    granted_at: i64,
}

impl<'a> AccessRecord<'a> {
    pub(crate) fn of(user: UserId, facility: FacilityId, grant: &'a Grant) -> Self {
        let (granted_by_user, granted_by_client) = match &grant.granted_by {
            PrincipalId::User(user) => (Some(bytes(user.uuid())), None),
            PrincipalId::Client(client) => (None, Some(client.as_str())),
        };
        let actions: Vec<&str> = grant.actions.iter().map(roster_domain::ActionName::as_str).collect();
        Self {
            user_id: bytes(user.uuid()),
            facility_id: bytes(facility.uuid()),
            actions: actions.join(" "),
            expires_at: grant.expiry.instant().map(micros),
            granted_by_user,
            granted_by_client,
            granted_at: micros(grant.granted_at),
        }
    }
}
