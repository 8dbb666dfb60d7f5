use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use roster_domain::{FacilityId, Grant, Holding, Status, UserId};
use roster_ports::Stored;
use uuid::Uuid;

use super::AccessRow;

/// A person who was asked for, and what is on record for them at the facility, where there is something.
#[derive(Queryable)]
pub(crate) struct FoundHolding {
    user_id: Vec<u8>,
    facility_id: Vec<u8>,
    disabled: bool,
    actions: Option<String>,
    expires_at: Option<i64>,
    granted_by_user: Option<Vec<u8>>,
    granted_by_client: Option<String>,
    granted_at: Option<i64>,
}

/// The columns of a [`FoundHolding`].
pub(crate) type FoundHoldingSql = (
    Binary,
    Binary,
    Bool,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Binary>,
    Nullable<Text>,
    Nullable<BigInt>,
);

impl FoundHolding {
    /// Whose it is and where, and what it is; `None` for ids that are none.
    pub(crate) fn read(self) -> Option<((UserId, FacilityId), Stored<Holding>)> {
        let user = UserId::new(Uuid::from_slice(&self.user_id).ok()?);
        let facility = FacilityId::new(Uuid::from_slice(&self.facility_id).ok()?);
        let row = self.actions.zip(self.granted_at).map(|(actions, granted_at)| AccessRow {
            user_id: self.user_id,
            facility_id: self.facility_id,
            actions,
            expires_at: self.expires_at,
            granted_by_user: self.granted_by_user,
            granted_by_client: self.granted_by_client,
            granted_at,
        });
        Some(((user, facility), holding((self.disabled, row))))
    }
}

/// What is on record for somebody who is disabled or not.
pub(crate) fn holding((disabled, row): (bool, Option<AccessRow>)) -> Stored<Holding> {
    let status = if disabled { Status::Disabled } else { Status::Enabled };
    Ok(Holding { status, grant: row.map(Grant::try_from).transpose()? })
}
