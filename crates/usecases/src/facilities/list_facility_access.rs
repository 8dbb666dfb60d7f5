use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{Access, ActionName, FacilityId, UserId};

use crate::paging::{open_after, seal_after};
use crate::{Failure, Page, Ports, Refused};

/// Who of the enabled people may do something at a facility now, ordered by user; with an action, who may do that.
/// `None` is a facility that does not exist.
pub async fn list_facility_access(
    ports: &Ports,
    caller: &Caller,
    facility: Option<FacilityId>,
    action: Option<ActionName>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Access>, Failure> {
    decide(Operation::ListFacilityAccess, Target::Another, caller)?;
    let list = format!("access to facility {facility:?}, action {action:?}");
    let after = cursor.map(|cursor| open_after(ports, &list, cursor)).transpose()?.map(UserId::new);
    let facility = facility.ok_or(Refused::NotFound)?;
    let now = ports.clock.now();
    let held = ports
        .store
        .read(move |tx| tx.access().of_facility(facility, action.as_ref(), now, after, limit + 1))
        .await?;
    Ok(Page::cut(held, limit, |last| seal_after(ports, &list, last.user.uuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, user};
    use roster_domain::Role;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_cursor_is_good_for_this_facility_and_action_alone() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new();
        world.tx.access.expect_of_facility().returning(|facility, _, _, after, _| {
            let first = after.map_or(1, |after| after.uuid().as_u128() + 1);
            let ids = (first..=3).map(|n| UserId::new(Uuid::from_u128(n)));
            Ok(ids.map(|user| Access { user, facility, grant: None }).take(3).collect())
        });
        let (ports, _) = world.ports();
        let facility = |n| Some(FacilityId::new(Uuid::from_u128(n)));
        let read: Option<ActionName> = "read".parse().ok();
        let first =
            list_facility_access(&ports, &caller(&hr), facility(1), read.clone(), 2, None).await.unwrap();
        let cursor = first.next_cursor.unwrap();
        let second = list_facility_access(&ports, &caller(&hr), facility(1), read.clone(), 2, Some(&cursor))
            .await
            .unwrap();
        assert_eq!(second.items.first().unwrap().user.uuid().as_u128(), 3);
        for (facility, action) in [(facility(2), read), (facility(1), None)] {
            let failure = list_facility_access(&ports, &caller(&hr), facility, action, 2, Some(&cursor))
                .await
                .unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
        }
    }
}
