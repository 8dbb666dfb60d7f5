use roster_domain::permission::{GiveAccess, Permit, RemoveAccess};
use roster_domain::{Access, ActionName, FacilityId, Grant, Holding, Instant, UserId};
use std::collections::HashMap;
use std::sync::Arc;

use super::Stored;

/// What is on record for people at facilities.
pub type Holdings = HashMap<(UserId, FacilityId), Arc<Holding>>;

/// Reads facility access.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadAccess {
    /// What is on record for the person at the facility, in force or expired.
    fn grant(&mut self, user: UserId, facility: FacilityId) -> Stored<Option<Grant>>;

    /// At most `take` grants of a person that are in force, ordered by facility, after this one; with an action, only
    /// those that name it.
    fn of_user<'a>(
        &mut self,
        user: UserId,
        action: Option<&'a ActionName>,
        now: Instant,
        after: Option<FacilityId>,
        take: u32,
    ) -> Stored<Vec<Access>>;

    /// At most `take` grants at a facility that are in force and whose holders are enabled, ordered by user, after this
    /// one; with an action, only those that name it.
    fn of_facility<'a>(
        &mut self,
        facility: FacilityId,
        action: Option<&'a ActionName>,
        now: Instant,
        after: Option<UserId>,
        take: u32,
    ) -> Stored<Vec<Access>>;
}

/// Writes facility access.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteAccess {
    /// Puts a grant in the place of what is on record.
    fn give(
        &mut self,
        permit: &Permit<GiveAccess>,
        user: UserId,
        facility: FacilityId,
        grant: &Grant,
    ) -> Stored<()>;

    /// Leaves this much of what is on record, or nothing.
    fn remove<'a>(
        &mut self,
        permit: &Permit<RemoveAccess>,
        user: UserId,
        facility: FacilityId,
        left: Option<&'a Grant>,
    ) -> Stored<()>;
}
