use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{ActionName, FacilityId, UserId};
use uuid::Uuid;

use super::PageAsked;
use super::search_page::Cut;
use crate::{Failure, Page, Ports, Refused};

/// Who may do this at this facility now, ordered by id. Nobody, where either can be nothing here.
pub async fn search_subjects(
    ports: &Ports,
    caller: &Caller,
    action: Option<ActionName>,
    resource: Option<FacilityId>,
    asked: &PageAsked,
) -> Result<Page<UserId>, Failure> {
    decide(Operation::CheckAccess, Target::Another, caller)?;
    let cut = Cut::of(ports, format!("subjects who may {action:?} at {resource:?}"), asked)?;
    let after = place(cut.after())?.map(UserId::new);
    let (Some(action), Some(resource)) = (action, resource) else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let (now, take) = (ports.clock.now(), cut.take());
    let found = ports
        .store
        .read(move |tx| tx.access().of_facility(resource, Some(&action), now, after, take))
        .await?;
    let holders = found.into_iter().map(|access| access.user).collect();
    Ok(cut.page(holders, |user| user.uuid().as_bytes().to_vec()))
}

/// The id after which a page begins; `None` at the beginning.
pub(super) fn place(after: &[u8]) -> Result<Option<Uuid>, Refused> {
    if after.is_empty() {
        return Ok(None);
    }
    Uuid::from_slice(after).map(Some).map_err(|_| Refused::UnknownCursor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, user};
    use roster_domain::permission::Denied;
    use roster_domain::{Access, Role};

    const fn facility(n: u128) -> FacilityId {
        FacilityId::new(Uuid::from_u128(n))
    }

    fn world() -> World {
        let mut world = World::new();
        world.tx.access.expect_of_facility().returning(|facility, action, _, after, take| {
            assert!(action.is_some());
            let first = after.map_or(1, |after| after.uuid().as_u128() + 1);
            let ids = (first..=3).map(|n| UserId::new(Uuid::from_u128(n)));
            let held = ids.map(|user| Access { user, facility, grant: None });
            Ok(held.take(usize::try_from(take).unwrap()).collect())
        });
        world
    }

    #[tokio::test]
    async fn a_token_is_good_for_this_facility_and_action_alone() {
        let hr = user(1, &[Role::Hr]);
        let (ports, _) = world().ports();
        let read: Option<ActionName> = "read".parse().ok();
        let two = PageAsked { limit: Some(2), token: None };
        let first =
            search_subjects(&ports, &caller(&hr), read.clone(), Some(facility(1)), &two).await.unwrap();
        let on = PageAsked { limit: None, token: first.next_cursor };
        let second =
            search_subjects(&ports, &caller(&hr), read.clone(), Some(facility(1)), &on).await.unwrap();
        assert_eq!((second.items.len(), second.next_cursor), (1, None));
        for (facility, action) in
            [(Some(facility(2)), read), (Some(facility(1)), "write".parse().ok()), (None, None)]
        {
            let failure = search_subjects(&ports, &caller(&hr), action, facility, &on).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
        }
    }

    #[tokio::test]
    async fn what_can_be_nothing_here_finds_nobody_and_only_administrators_and_clients_may_ask() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        let all = PageAsked::default();
        for (action, resource) in [(None, Some(facility(1))), ("read".parse().ok(), None)] {
            let page = search_subjects(&ports, &caller(&hr), action, resource, &all).await.unwrap();
            assert!(page.items.is_empty());
        }
        let failure = search_subjects(&ports, &caller(&ada), None, None, &all).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
