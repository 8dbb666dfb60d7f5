use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{ActionName, FacilityId, Holding, UserId};

use super::PageAsked;
use super::search_page::Cut;
use crate::directory::target_of;
use crate::{Failure, Page, Ports};

/// What a person may do at a facility now, ordered by name. Nothing, where the person is unknown, or where either can be
/// nothing here.
pub async fn search_actions(
    ports: &Ports,
    caller: &Caller,
    subject: Option<UserId>,
    resource: Option<FacilityId>,
    asked: &PageAsked,
) -> Result<Page<ActionName>, Failure> {
    decide(Operation::CheckAccess, target_of(caller, subject), caller)?;
    let cut = Cut::of(ports, format!("actions that {subject:?} may do at {resource:?}"), asked)?;
    let Some(pair) = subject.zip(resource) else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let holding = ports.store.holdings(&[pair]).await?.remove(&pair);
    let now = ports.clock.now();
    let holding = holding.as_deref();
    let named = holding.and_then(|holding| holding.grant.as_ref()).map(|grant| grant.actions.iter());
    let allowed = named
        .into_iter()
        .flatten()
        .filter(|action| Holding::allows(holding, action, now).is_ok())
        .filter(|action| action.as_str().as_bytes() > cut.after())
        .cloned()
        .collect();
    Ok(cut.page(allowed, |action| action.as_str().as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refused;
    use crate::facilities::fixture::{FACILITY, held, world};
    use crate::fixture::{NOW, at, caller, disabled, user};
    use roster_domain::permission::Denied;
    use roster_domain::{Expiry, Role};

    fn names(page: &Page<ActionName>) -> Vec<&str> {
        page.items.iter().map(ActionName::as_str).collect()
    }

    #[tokio::test]
    async fn actions_come_by_name_and_in_pieces() {
        let ada = user(2, &[Role::Tech]);
        let (ports, _) = world(&[&ada], Some(held(&["c", "a", "b"], Expiry::Never))).ports();
        let two = PageAsked { limit: Some(2), token: None };
        let first = search_actions(&ports, &caller(&ada), Some(ada.id), FACILITY, &two).await.unwrap();
        assert_eq!(names(&first), ["a", "b"]);
        let on = PageAsked { limit: None, token: first.next_cursor };
        let second = search_actions(&ports, &caller(&ada), Some(ada.id), FACILITY, &on).await.unwrap();
        assert_eq!((names(&second), &second.next_cursor), (vec!["c"], &None));
    }

    #[tokio::test]
    async fn what_is_not_allowed_is_not_found() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let all = PageAsked::default();
        for (person, expiry) in [(ada.clone(), Expiry::At(at(NOW))), (disabled(&ada), Expiry::Never)] {
            let (ports, _) = world(&[&hr, &person], Some(held(&["a"], expiry))).ports();
            for subject in [Some(ada.id), Some(user(9, &[Role::Tech]).id), None] {
                let found = search_actions(&ports, &caller(&hr), subject, FACILITY, &all).await.unwrap();
                assert!(found.items.is_empty());
            }
        }
        let (ports, _) = world(&[&hr, &ada], None).ports();
        let failure = search_actions(&ports, &caller(&ada), Some(hr.id), FACILITY, &all).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
