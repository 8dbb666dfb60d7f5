use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{Access, ActionName, FacilityId, Instant, UserId};

use crate::paging::{open_after, seal_after};
use crate::{Failure, Page, Ports, Refused};

/// Which access to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FacilityAccessFilter {
    /// Only what names this action.
    pub action: Option<ActionName>,
    /// Not what is held now, but what was held at this moment, which has gone by.
    pub then: Option<Instant>,
}

/// Who of the enabled people may do something at a facility, ordered by user. `None` is a facility that does not exist.
pub async fn list_facility_access(
    ports: &Ports,
    caller: &Caller,
    facility: Option<FacilityId>,
    filter: FacilityAccessFilter,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Access>, Failure> {
    decide(Operation::ListFacilityAccess, Target::Another, caller)?;
    let list = format!("access to facility {facility:?}, {filter:?}");
    let after = cursor.map(|cursor| open_after(ports, &list, cursor)).transpose()?.map(UserId::new);
    let facility = facility.ok_or(Refused::NotFound)?;
    let now = ports.clock.now();
    let held = ports
        .store
        .read(move |tx| {
            let action = filter.action.as_ref();
            match filter.then {
                None => tx.access().of_facility(facility, action, now, after, limit + 1),
                Some(then) => tx.access_history().of_facility_then(facility, action, then, after, limit + 1),
            }
        })
        .await?;
    Ok(Page::cut(held, limit, |last| seal_after(ports, &list, last.user.uuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at, caller, user};
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
        let read = FacilityAccessFilter { action: "read".parse().ok(), then: None };
        let list = async |facility, filter: &FacilityAccessFilter, cursor: Option<&str>| {
            list_facility_access(&ports, &caller(&hr), facility, filter.clone(), 2, cursor).await
        };
        let first = list(facility(1), &read, None).await.unwrap();
        let cursor = first.next_cursor.as_deref();
        let second = list(facility(1), &read, cursor).await.unwrap();
        assert_eq!(second.items.first().unwrap().user.uuid().as_u128(), 3);
        let past = FacilityAccessFilter { then: Some(at(5)), ..read.clone() };
        for (facility, filter) in
            [(facility(2), read), (facility(1), FacilityAccessFilter::default()), (facility(1), past)]
        {
            let failure = list(facility, &filter, cursor).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
        }
    }

    #[tokio::test]
    async fn the_past_is_asked_for_with_the_action() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new();
        world.tx.access_history.expect_of_facility_then().once().returning(|facility, action, then, _, _| {
            assert_eq!((action.map(ActionName::as_str), then), (Some("read"), at(5)));
            Ok(vec![Access { user: UserId::new(Uuid::from_u128(1)), facility, grant: None }])
        });
        let (ports, _) = world.ports();
        let filter = FacilityAccessFilter { action: "read".parse().ok(), then: Some(at(5)) };
        let facility = Some(FacilityId::new(Uuid::from_u128(1)));
        let page = list_facility_access(&ports, &caller(&hr), facility, filter, 2, None).await.unwrap();
        assert_eq!((page.items.len(), page.next_cursor), (1, None));
    }
}
