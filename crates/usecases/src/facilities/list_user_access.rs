use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{Access, FacilityId, Instant, Status, UserId};

use crate::directory::target_of;
use crate::paging::{open_after, seal_after};
use crate::{Failure, Page, Ports, Refused};

/// What a person may do at facilities, now or at a moment that has gone by, ordered by facility. A disabled person may do
/// nothing.
pub async fn list_user_access(
    ports: &Ports,
    caller: &Caller,
    user: Option<UserId>,
    then: Option<Instant>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Access>, Failure> {
    decide(Operation::ReadUserAccess, target_of(caller, user), caller)?;
    let list = format!("access of user {user:?}, then {then:?}");
    let after = cursor.map(|cursor| open_after(ports, &list, cursor)).transpose()?.map(FacilityId::new);
    let user = user.ok_or(Refused::NotFound)?;
    let now = ports.clock.now();
    let found = ports
        .store
        .read(move |tx| match (tx.users().user(user)?, then) {
            (None, _) => Ok(None),
            (Some(_), Some(then)) => tx.access_history().of_user_then(user, then, after, limit + 1).map(Some),
            (Some(user), None) if user.status == Status::Disabled => Ok(Some(Vec::new())),
            (Some(_), None) => tx.access().of_user(user, None, now, after, limit + 1).map(Some),
        })
        .await?;
    let held = found.ok_or(Refused::NotFound)?;
    Ok(Page::cut(held, limit, |last| seal_after(ports, &list, last.facility.uuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at, caller, disabled, user};
    use roster_domain::Role;
    use roster_domain::permission::Denied;
    use uuid::Uuid;

    fn listing(world: &mut World) {
        world.tx.access.expect_of_user().returning(|user, _, _, after, take| {
            let first = after.map_or(1, |after| after.uuid().as_u128() + 1);
            let ids = (first..=3).map(|n| FacilityId::new(Uuid::from_u128(n)));
            let held = ids.map(|facility| Access { user, facility, grant: None });
            Ok(held.take(usize::try_from(take).unwrap()).collect())
        });
    }

    #[tokio::test]
    async fn a_cursor_goes_on_and_is_good_for_this_list_alone() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &ada]);
        listing(&mut world);
        let (ports, _) = world.ports();
        let first = list_user_access(&ports, &caller(&ada), Some(ada.id), None, 2, None).await.unwrap();
        let cursor = first.next_cursor.unwrap();
        let second =
            list_user_access(&ports, &caller(&ada), Some(ada.id), None, 2, Some(&cursor)).await.unwrap();
        assert_eq!((second.items.len(), second.next_cursor), (1, None));
        let failure =
            list_user_access(&ports, &caller(&hr), Some(hr.id), None, 2, Some(&cursor)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
    }

    #[tokio::test]
    async fn the_past_of_whoever_is_there_is_asked_for() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &disabled(&ada)]);
        world.tx.access_history.expect_of_user_then().returning(|user, then, after, _| {
            assert_eq!(then, at(5));
            let first = after.map_or(1, |after| after.uuid().as_u128() + 1);
            let ids = (first..=3).map(|n| FacilityId::new(Uuid::from_u128(n)));
            Ok(ids.map(|facility| Access { user, facility, grant: None }).collect())
        });
        let (ports, _) = world.ports();
        let list = async |user: UserId, then, cursor: Option<&str>| {
            list_user_access(&ports, &caller(&hr), Some(user), then, 2, cursor).await
        };
        let first = list(ada.id, Some(at(5)), None).await.unwrap();
        assert_eq!(first.items.len(), 2);
        let second = list(ada.id, Some(at(5)), first.next_cursor.as_deref()).await.unwrap();
        assert_eq!((second.items.len(), second.next_cursor), (1, None));
        let another_time = list(ada.id, Some(at(6)), first.next_cursor.as_deref()).await.unwrap_err();
        assert!(matches!(another_time, Failure::Refused(Refused::UnknownCursor)));
        let nobody = list(user(9, &[Role::Tech]).id, Some(at(5)), None).await.unwrap_err();
        assert!(matches!(nobody, Failure::Refused(Refused::NotFound)));
    }

    #[tokio::test]
    async fn the_disabled_may_do_nothing() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().with_users(&[&hr, &disabled(&ada)]).ports();
        let page = list_user_access(&ports, &caller(&hr), Some(ada.id), None, 2, None).await.unwrap();
        assert!(page.items.is_empty());
    }

    #[tokio::test]
    async fn anothers_access_is_for_administrators() {
        let (ada, bob) = (user(2, &[Role::Tech]), user(3, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        let failure = list_user_access(&ports, &caller(&ada), Some(bob.id), None, 2, None).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
