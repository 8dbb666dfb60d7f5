use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{Access, FacilityId, Status, UserId};

use crate::directory::target_of;
use crate::paging::{open_after, seal_after};
use crate::{Failure, Page, Ports, Refused};

/// What a person may do at facilities now, ordered by facility. A disabled person may do nothing.
pub async fn list_user_access(
    ports: &Ports,
    caller: &Caller,
    user: Option<UserId>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Access>, Failure> {
    decide(Operation::ReadUserAccess, target_of(caller, user), caller)?;
    let list = format!("access of user {user:?}");
    let after = cursor.map(|cursor| open_after(ports, &list, cursor)).transpose()?.map(FacilityId::new);
    let user = user.ok_or(Refused::NotFound)?;
    let now = ports.clock.now();
    let found = ports
        .store
        .read(move |tx| match tx.users().user(user)? {
            None => Ok(None),
            Some(user) if user.status == Status::Disabled => Ok(Some(Vec::new())),
            Some(_) => tx.access().of_user(user, now, after, limit + 1).map(Some),
        })
        .await?;
    let held = found.ok_or(Refused::NotFound)?;
    Ok(Page::cut(held, limit, |last| seal_after(ports, &list, last.facility.uuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, disabled, user};
    use roster_domain::Role;
    use roster_domain::permission::Denied;
    use uuid::Uuid;

    fn listing(world: &mut World) {
        world.tx.access.expect_of_user().returning(|user, _, after, take| {
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
        let first = list_user_access(&ports, &caller(&ada), Some(ada.id), 2, None).await.unwrap();
        let cursor = first.next_cursor.unwrap();
        let second = list_user_access(&ports, &caller(&ada), Some(ada.id), 2, Some(&cursor)).await.unwrap();
        assert_eq!((second.items.len(), second.next_cursor), (1, None));
        let failure =
            list_user_access(&ports, &caller(&hr), Some(hr.id), 2, Some(&cursor)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
    }

    #[tokio::test]
    async fn the_disabled_may_do_nothing() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().with_users(&[&hr, &disabled(&ada)]).ports();
        let page = list_user_access(&ports, &caller(&hr), Some(ada.id), 2, None).await.unwrap();
        assert!(page.items.is_empty());
    }

    #[tokio::test]
    async fn anothers_access_is_for_administrators() {
        let (ada, bob) = (user(2, &[Role::Tech]), user(3, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        let failure = list_user_access(&ports, &caller(&ada), Some(bob.id), 2, None).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
