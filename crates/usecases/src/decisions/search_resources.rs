use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{ActionName, FacilityId, Status, UserId};

use super::PageAsked;
use super::search_page::Cut;
use super::search_subjects::place;
use crate::directory::target_of;
use crate::{Failure, Page, Ports};

/// At which facilities a person may do this now, ordered by id. None, where the person is unknown, or where either can be
/// nothing here.
pub async fn search_resources(
    ports: &Ports,
    caller: &Caller,
    subject: Option<UserId>,
    action: Option<ActionName>,
    asked: &PageAsked,
) -> Result<Page<FacilityId>, Failure> {
    decide(Operation::CheckAccess, target_of(caller, subject), caller)?;
    let cut = Cut::of(ports, format!("resources where {subject:?} may {action:?}"), asked)?;
    let after = place(cut.after())?.map(FacilityId::new);
    let (Some(subject), Some(action)) = (subject, action) else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let (now, take) = (ports.clock.now(), cut.take());
    let found = ports
        .store
        .read(move |tx| match tx.users().user(subject)? {
            Some(user) if user.status == Status::Enabled => {
                tx.access().of_user(subject, Some(&action), now, after, take)
            }
            _ => Ok(Vec::new()),
        })
        .await?;
    let facilities = found.into_iter().map(|access| access.facility).collect();
    Ok(cut.page(facilities, |facility| facility.uuid().as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refused;
    use crate::fixture::{World, caller, disabled, user};
    use roster_domain::permission::Denied;
    use roster_domain::{Access, Role};
    use uuid::Uuid;

    fn listing(world: &mut World) {
        world.tx.access.expect_of_user().returning(|user, action, _, after, take| {
            assert!(action.is_some());
            let first = after.map_or(1, |after| after.uuid().as_u128() + 1);
            let ids = (first..=3).map(|n| FacilityId::new(Uuid::from_u128(n)));
            let held = ids.map(|facility| Access { user, facility, grant: None });
            Ok(held.take(usize::try_from(take).unwrap()).collect())
        });
    }

    #[tokio::test]
    async fn a_token_is_good_for_this_person_and_action_alone() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &ada]);
        listing(&mut world);
        let (ports, _) = world.ports();
        let read: Option<ActionName> = "read".parse().ok();
        let two = PageAsked { limit: Some(2), token: None };
        let first = search_resources(&ports, &caller(&ada), Some(ada.id), read.clone(), &two).await.unwrap();
        let on = PageAsked { limit: None, token: first.next_cursor };
        let second = search_resources(&ports, &caller(&ada), Some(ada.id), read.clone(), &on).await.unwrap();
        assert_eq!((second.items.len(), second.next_cursor), (1, None));
        for (subject, action) in [(hr.id, read), (ada.id, "write".parse().ok())] {
            let failure =
                search_resources(&ports, &caller(&hr), Some(subject), action, &on).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
        }
    }

    #[tokio::test]
    async fn the_disabled_and_the_unknown_may_do_nothing() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().with_users(&[&hr, &disabled(&ada)]).ports();
        let nobody = user(9, &[Role::Tech]).id;
        for subject in [Some(ada.id), Some(nobody), None] {
            let asked = PageAsked::default();
            let found = search_resources(&ports, &caller(&hr), subject, "read".parse().ok(), &asked).await;
            assert!(found.unwrap().items.is_empty());
        }
        let failure = search_resources(&ports, &caller(&ada), Some(hr.id), None, &PageAsked::default()).await;
        let failure = failure.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
