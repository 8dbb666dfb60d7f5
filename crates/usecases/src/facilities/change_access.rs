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
