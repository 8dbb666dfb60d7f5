use roster_domain::permission::{Caller, GiveAccess, Target, permit};
use roster_domain::{
    Access, AccessChange, Actions, Actor, EventKind, ExpiryChange, FacilityId, Grant, PrincipalId, Stamp,
    Subject, UserId,
};
use roster_ports::{Abort, Done, WriteTx};

use super::{access_changed, access_of, must_exist, subject};
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Ports, Refused, RequestContext, idempotency};

/// What to give.
#[derive(Debug, Clone)]
pub struct AccessToGive {
    /// To whom; the caller where it is nobody in particular.
    pub user: Option<UserId>,
    /// Which actions.
    pub actions: Actions,
    /// Until when.
    pub expiry: ExpiryChange,
}

/// Gives a person actions at a facility, beside those that they hold. `None` is a facility that does not exist.
pub async fn give_access(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    facility: Option<FacilityId>,
    give: AccessToGive,
) -> Result<Access, Failure> {
    permit::<GiveAccess>(Target::Another, caller)?;
    let user = subject(caller, give.user)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, once) = (caller.clone(), context.once.clone());
    let outcome = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &caller)?;
            let permit = permit::<GiveAccess>(Target::Another, &caller).map_err(denied)?;
            let by = caller.principal.id();
            idempotency::once(tx, once.as_ref(), stamp.time, |tx| {
                let Some(facility) = facility else { return refuse(Refused::NotFound) };
                let (stored, before, after) = given(tx, user, facility, &give, by, &stamp)?;
                let outcome = access_changed(user, facility, Some(after.clone()));
                if stored.as_ref() == Some(&after) {
                    return Ok(Done::Unchanged(outcome));
                }
                tx.access_mut().give(&permit, user, facility, &after)?;
                let change = AccessChange::between(facility, before.as_ref(), Some(&after));
                let events = stamp.event(Subject::User(user), EventKind::AccessGiven(change));
                Ok(Done::Changed(outcome, events))
            })
        })
        .await?;
    access_of(outcome)
}

/// What is on record, what of it counts, and what shall be.
type Giving = (Option<Grant>, Option<Grant>, Grant);

fn given(
    tx: &mut dyn WriteTx,
    user: UserId,
    facility: FacilityId,
    give: &AccessToGive,
    by: PrincipalId,
    stamp: &Stamp,
) -> Result<Giving, Abort<Refused>> {
    must_exist(tx, user)?;
    let stored = tx.access().grant(user, facility)?;
    let before = Grant::in_force(stored.clone(), stamp.time);
    let after = Grant::given(before.as_ref(), &give.actions, give.expiry, by, stamp.time);
    Ok((stored, before, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;
    use crate::facilities::fixture::{FACILITY, actions, held, world};
    use crate::fixture::{NOW, World, at, caller, client_caller, context, user};
    use roster_domain::{Expiry, Fault, Role, Trust};

    fn giving(user: Option<UserId>, names: &[&str]) -> AccessToGive {
        AccessToGive { user, actions: actions(names), expiry: ExpiryChange::Keep }
    }

    #[tokio::test]
    async fn giving_adds_and_tells_what_is_held_afterwards() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = world(&[&hr, &bob], Some(held(&["read"], Expiry::Never)));
        world.tx.access_mut.expect_give().once().returning(|_, _, _, _| Ok(()));
        let (ports, store) = world.ports();
        let give = giving(Some(bob.id), &["write"]);
        let access = give_access(&ports, &caller(&hr), &context(), FACILITY, give).await.unwrap();
        assert_eq!(access.grant.unwrap().actions, actions(&["read", "write"]));
        let EventKind::AccessGiven(change) = store.events().remove(0).kind else { panic!() };
        assert_eq!(change.before.unwrap().0, actions(&["read"]));
        assert_eq!(change.after.unwrap().0, actions(&["read", "write"]));
    }

    #[tokio::test]
    async fn giving_what_is_held_writes_nothing() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, store) = world(&[&hr, &bob], Some(held(&["read"], Expiry::Never))).ports();
        let give = giving(Some(bob.id), &["read"]);
        give_access(&ports, &caller(&hr), &context(), FACILITY, give).await.unwrap();
        assert!(store.events().is_empty());
    }

    #[tokio::test]
    async fn an_unknown_user_or_facility_is_not_found() {
        let hr = user(1, &[Role::Hr]);
        let (ports, _) = world(&[&hr], None).ports();
        let nobody = giving(Some(user(3, &[Role::Tech]).id), &["read"]);
        for (facility, give) in [(FACILITY, nobody), (None, giving(None, &["read"]))] {
            let failure = give_access(&ports, &caller(&hr), &context(), facility, give).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        }
    }

    #[tokio::test]
    async fn a_client_must_say_whom_it_means() {
        let (ports, _) = World::new().ports();
        let robot = client_caller(Trust::Trusted);
        let failure =
            give_access(&ports, &robot, &context(), FACILITY, giving(None, &["read"])).await.unwrap_err();
        let Failure::Refused(Refused::Invalid(faults)) = failure else { panic!("{failure:?}") };
        assert_eq!(faults, [(Place::UserId, Fault::Required)]);
    }
    #[tokio::test]
    async fn an_expired_grant_counts_as_absent() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let expired = Some(held(&["read"], Expiry::At(at(NOW))));
        let mut giving_world = world(&[&hr, &bob], expired);
        giving_world.tx.access_mut.expect_give().once().returning(|_, _, _, grant| {
            assert_eq!((grant.actions.clone(), grant.expiry), (actions(&["write"]), Expiry::Never));
            Ok(())
        });
        let (ports, store) = giving_world.ports();
        let give = giving(Some(bob.id), &["write"]);
        give_access(&ports, &caller(&hr), &context(), FACILITY, give).await.unwrap();
        let EventKind::AccessGiven(change) = store.events().remove(0).kind else { panic!() };
        assert_eq!(change.before, None);
    }
}
