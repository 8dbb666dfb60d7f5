use roster_domain::permission::{Caller, RemoveAccess, Target, permit};
use roster_domain::{Access, AccessChange, Actions, Actor, EventKind, FacilityId, Grant, Subject, UserId};
use roster_ports::Done;

use super::{access_changed, access_of, must_exist, subject};
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Ports, Refused, RequestContext, idempotency};

/// What to remove.
#[derive(Debug, Clone)]
pub struct AccessToRemove {
    /// From whom; the caller where it is nobody in particular.
    pub user: Option<UserId>,
    /// Which actions.
    pub actions: Actions,
}

/// Removes actions of a person at a facility; those that they do not hold are no fault.
pub async fn remove_access(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    facility: Option<FacilityId>,
    remove: AccessToRemove,
) -> Result<Access, Failure> {
    permit::<RemoveAccess>(Target::Another, caller)?;
    let user = subject(caller, remove.user)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, once) = (caller.clone(), context.once.clone());
    let outcome = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &caller)?;
            let permit = permit::<RemoveAccess>(Target::Another, &caller).map_err(denied)?;
            idempotency::once(tx, once.as_ref(), stamp.time, |tx| {
                let Some(facility) = facility else { return refuse(Refused::NotFound) };
                must_exist(tx, user)?;
                let before = Grant::in_force(tx.access().grant(user, facility)?, stamp.time);
                let after = before.as_ref().and_then(|grant| grant.removed(&remove.actions));
                let outcome = access_changed(user, facility, after.clone());
                if before == after {
                    return Ok(Done::Unchanged(outcome));
                }
                tx.access_mut().remove(&permit, user, facility, after.as_ref())?;
                let change = AccessChange::between(facility, before.as_ref(), after.as_ref());
                let kind = EventKind::AccessRemoved(change);
                Ok(Done::Changed(outcome, stamp.event(Subject::User(user), kind)))
            })
        })
        .await?;
    access_of(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facilities::fixture::{FACILITY, actions, held, world};
    use crate::fixture::{NOW, at, caller, context, user};
    use roster_domain::{Expiry, Role};

    #[tokio::test]
    async fn removing_leaves_the_rest_and_removing_what_is_not_held_succeeds() {
        let hr = user(1, &[Role::Hr]);
        let mut first = world(&[&hr], Some(held(&["read", "write"], Expiry::Never)));
        first.tx.access_mut.expect_remove().once().returning(|_, _, _, left| {
            assert_eq!(left.unwrap().actions, actions(&["read"]));
            Ok(())
        });
        let (ports, store) = first.ports();
        let remove = AccessToRemove { user: None, actions: actions(&["write", "other"]) };
        let access = remove_access(&ports, &caller(&hr), &context(), FACILITY, remove.clone()).await.unwrap();
        assert_eq!((access.user, store.events().len()), (hr.id, 1));

        let (ports, store) = world(&[&hr], None).ports();
        remove_access(&ports, &caller(&hr), &context(), FACILITY, remove).await.unwrap();
        assert!(store.events().is_empty());
    }

    #[tokio::test]
    async fn an_expired_grant_counts_as_absent() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, store) = world(&[&hr, &bob], Some(held(&["read"], Expiry::At(at(NOW))))).ports();
        let remove = AccessToRemove { user: Some(bob.id), actions: actions(&["read"]) };
        let access = remove_access(&ports, &caller(&hr), &context(), FACILITY, remove).await.unwrap();
        assert_eq!((access.grant, store.events().len()), (None, 0));
    }
}
