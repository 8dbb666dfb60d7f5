use roster_domain::permission::{self, Caller, Target, permit};
use roster_domain::{
    Access, AccessChange, Actions, Actor, EventKind, ExpiryChange, FacilityId, Fault, Grant, PrincipalId,
    Stamp, Subject, UserId,
};
use roster_ports::{Abort, Done, WriteTx};

use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Place, Ports, Refused, RequestContext};

/// What to give.
#[derive(Debug, Clone)]
pub struct GiveAccess {
    /// To whom; the caller where it is nobody in particular.
    pub user: Option<UserId>,
    /// Which actions.
    pub actions: Actions,
    /// Until when.
    pub expiry: ExpiryChange,
}

/// What to remove.
#[derive(Debug, Clone)]
pub struct RemoveAccess {
    /// From whom; the caller where it is nobody in particular.
    pub user: Option<UserId>,
    /// Which actions.
    pub actions: Actions,
}

/// Gives a person actions at a facility, beside those that they hold. `None` is a facility that does not exist.
pub async fn give_access(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    facility: Option<FacilityId>,
    give: GiveAccess,
) -> Result<Access, Failure> {
    permit::<permission::GiveAccess>(Target::Another, caller)?;
    let user = subject(caller, give.user)?;
    let facility = facility.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let caller = caller.clone();
    let access = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &caller)?;
            let permit = permit::<permission::GiveAccess>(Target::Another, &caller).map_err(denied)?;
            let by = caller.principal.id();
            let (stored, before, after) = given(tx, user, facility, &give, by, &stamp)?;
            if stored.as_ref() == Some(&after) {
                return Ok(Done::Unchanged(Access { user, facility, grant: Some(after) }));
            }
            tx.access_mut().give(&permit, user, facility, &after)?;
            let change = AccessChange::between(facility, before.as_ref(), Some(&after));
            let events = stamp.event(Subject::User(user), EventKind::AccessGiven(change));
            Ok(Done::Changed(Access { user, facility, grant: Some(after) }, events))
        })
        .await?;
    Ok(access)
}

/// What is on record, what of it counts, and what shall be.
type Giving = (Option<Grant>, Option<Grant>, Grant);

fn given(
    tx: &mut dyn WriteTx,
    user: UserId,
    facility: FacilityId,
    give: &GiveAccess,
    by: PrincipalId,
    stamp: &Stamp,
) -> Result<Giving, Abort<Refused>> {
    must_exist(tx, user)?;
    let stored = tx.access().grant(user, facility)?;
    let before = Grant::in_force(stored.clone(), stamp.time);
    let after = Grant::given(before.as_ref(), &give.actions, give.expiry, by, stamp.time);
    Ok((stored, before, after))
}

/// Removes actions of a person at a facility; those that they do not hold are no fault.
pub async fn remove_access(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    facility: Option<FacilityId>,
    remove: RemoveAccess,
) -> Result<Access, Failure> {
    permit::<permission::RemoveAccess>(Target::Another, caller)?;
    let user = subject(caller, remove.user)?;
    let facility = facility.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let caller = caller.clone();
    let access = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &caller)?;
            let permit = permit::<permission::RemoveAccess>(Target::Another, &caller).map_err(denied)?;
            must_exist(tx, user)?;
            let before = Grant::in_force(tx.access().grant(user, facility)?, stamp.time);
            let after = before.as_ref().and_then(|grant| grant.removed(&remove.actions));
            let access = Access { user, facility, grant: after.clone() };
            if before == after {
                return Ok(Done::Unchanged(access));
            }
            tx.access_mut().remove(&permit, user, facility, after.as_ref())?;
            let change = AccessChange::between(facility, before.as_ref(), after.as_ref());
            Ok(Done::Changed(access, stamp.event(Subject::User(user), EventKind::AccessRemoved(change))))
        })
        .await?;
    Ok(access)
}

/// A client is nobody, so it must say whom it means.
fn subject(caller: &Caller, user: Option<UserId>) -> Result<UserId, Refused> {
    let missing = || Refused::Invalid(vec![(Place::UserId, Fault::Required)]);
    user.or_else(|| caller.principal.user()).ok_or_else(missing)
}

fn must_exist(tx: &mut dyn WriteTx, user: UserId) -> Result<(), Abort<Refused>> {
    match tx.users().user(user)? {
        Some(_) => Ok(()),
        None => refuse(Refused::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, caller, client_caller, context, user};
    use roster_domain::{Expiry, Role, Trust, User};
    use uuid::Uuid;

    fn actions(names: &[&str]) -> Actions {
        Actions::of(names.iter().map(|name| name.parse().unwrap())).unwrap()
    }

    fn facility() -> Option<FacilityId> {
        Some(FacilityId::new(Uuid::from_u128(77)))
    }

    fn held(names: &[&str], expiry: Expiry) -> Grant {
        let granted_by = PrincipalId::User(user(9, &[Role::Hr]).id);
        Grant { actions: actions(names), expiry, granted_by, granted_at: at(0) }
    }

    fn world(people: &[&User], grant: Option<Grant>) -> World {
        let mut world = World::new().with_users(people);
        world.tx.access.expect_grant().returning(move |_, _| Ok(grant.clone()));
        world
    }

    fn giving(user: Option<UserId>, names: &[&str]) -> GiveAccess {
        GiveAccess { user, actions: actions(names), expiry: ExpiryChange::Keep }
    }

    #[tokio::test]
    async fn giving_adds_and_tells_what_is_held_afterwards() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = world(&[&hr, &bob], Some(held(&["read"], Expiry::Never)));
        world.tx.access_mut.expect_give().once().returning(|_, _, _, _| Ok(()));
        let (ports, store) = world.ports();
        let give = giving(Some(bob.id), &["write"]);
        let access = give_access(&ports, &caller(&hr), &context(), facility(), give).await.unwrap();
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
        give_access(&ports, &caller(&hr), &context(), facility(), give).await.unwrap();
        assert!(store.events().is_empty());
    }

    #[tokio::test]
    async fn an_expired_grant_counts_as_absent() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let expired = Some(held(&["read"], Expiry::At(at(NOW))));
        let mut giving_world = world(&[&hr, &bob], expired.clone());
        giving_world.tx.access_mut.expect_give().once().returning(|_, _, _, grant| {
            assert_eq!((grant.actions.clone(), grant.expiry), (actions(&["write"]), Expiry::Never));
            Ok(())
        });
        let (ports, store) = giving_world.ports();
        let give = giving(Some(bob.id), &["write"]);
        give_access(&ports, &caller(&hr), &context(), facility(), give).await.unwrap();
        let EventKind::AccessGiven(change) = store.events().remove(0).kind else { panic!() };
        assert_eq!(change.before, None);

        let (ports, store) = world(&[&hr, &bob], expired).ports();
        let remove = RemoveAccess { user: Some(bob.id), actions: actions(&["read"]) };
        let access = remove_access(&ports, &caller(&hr), &context(), facility(), remove).await.unwrap();
        assert_eq!((access.grant, store.events().len()), (None, 0));
    }

    #[tokio::test]
    async fn removing_leaves_the_rest_and_removing_what_is_not_held_succeeds() {
        let hr = user(1, &[Role::Hr]);
        let mut first = world(&[&hr], Some(held(&["read", "write"], Expiry::Never)));
        first.tx.access_mut.expect_remove().once().returning(|_, _, _, left| {
            assert_eq!(left.unwrap().actions, actions(&["read"]));
            Ok(())
        });
        let (ports, store) = first.ports();
        let remove = RemoveAccess { user: None, actions: actions(&["write", "other"]) };
        let access =
            remove_access(&ports, &caller(&hr), &context(), facility(), remove.clone()).await.unwrap();
        assert_eq!((access.user, store.events().len()), (hr.id, 1));

        let (ports, store) = world(&[&hr], None).ports();
        remove_access(&ports, &caller(&hr), &context(), facility(), remove).await.unwrap();
        assert!(store.events().is_empty());
    }

    #[tokio::test]
    async fn an_unknown_user_or_facility_is_not_found() {
        let hr = user(1, &[Role::Hr]);
        let (ports, _) = world(&[&hr], None).ports();
        let nobody = giving(Some(user(3, &[Role::Tech]).id), &["read"]);
        for (facility, give) in [(facility(), nobody), (None, giving(None, &["read"]))] {
            let failure = give_access(&ports, &caller(&hr), &context(), facility, give).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        }
    }

    #[tokio::test]
    async fn a_client_must_say_whom_it_means() {
        let (ports, _) = World::new().ports();
        let robot = client_caller(Trust::Trusted);
        let failure =
            give_access(&ports, &robot, &context(), facility(), giving(None, &["read"])).await.unwrap_err();
        let Failure::Refused(Refused::Invalid(faults)) = failure else { panic!("{failure:?}") };
        assert_eq!(faults, [(Place::UserId, Fault::Required)]);
    }
}
