use roster_domain::{Access, ActionName, FacilityId, Holding, Instant, UserId};

use super::Stored;

/// Reads facility access as it was, from the events, in the order of their times and then of the feed. Of people who were
/// deleted since nothing is told. Events that have no number yet count too.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadAccessHistory {
    /// What was on record for the person at the facility then, in force or expired; `None` where there is no such person
    /// now.
    fn past_holding(&mut self, user: UserId, facility: FacilityId, then: Instant) -> Stored<Option<Holding>>;

    /// At most `take` grants of a person that were in force then, ordered by facility, after this one; none where the
    /// person was disabled.
    fn of_user_then(
        &mut self,
        user: UserId,
        then: Instant,
        after: Option<FacilityId>,
        take: u32,
    ) -> Stored<Vec<Access>>;

    /// At most `take` grants at a facility that were in force then and whose holders were enabled, ordered by user, after
    /// this one; with an action, only those that named it.
    fn of_facility_then<'a>(
        &mut self,
        facility: FacilityId,
        action: Option<&'a ActionName>,
        then: Instant,
        after: Option<UserId>,
        take: u32,
    ) -> Stored<Vec<Access>>;
}
