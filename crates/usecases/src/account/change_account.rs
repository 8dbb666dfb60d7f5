use roster_domain::permission::{Caller, ChangeAccount, Permit, Target, permit};
use roster_domain::{Actor, Stamp, Subject, User, UserChange};
use roster_ports::{Abort, Done, WriteTx};

use crate::refused::{denied, refuse};
use crate::sign_in::user_now;
use crate::{Failure, Ports, Refused, RequestContext};

/// Changes names, job title or phone number of the caller's own account.
pub async fn change_account(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    change: UserChange,
) -> Result<User, Failure> {
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    let user = ports
        .store
        .write(move |tx| {
            let (permit, user) = own_record(tx, &caller, &context)?;
            put(tx, permit, &user, user.clone().changed(change.clone()), &stamp)
        })
        .await?;
    Ok(user)
}

/// The caller's own record in this transaction, with the permit to change it.
pub(super) fn own_record(
    tx: &mut dyn WriteTx,
    caller: &Caller,
    context: &RequestContext,
) -> Result<(Permit<ChangeAccount>, User), Abort<Refused>> {
    let permit = permit::<ChangeAccount>(Target::Oneself, caller).map_err(denied)?;
    let (_, user) = user_now(tx, caller)?;
    if !context.expected_version.admits(user.version) {
        return refuse(Refused::VersionMismatch);
    }
    Ok((permit, user))
}

/// Stores a changed record as its next version with what happened, or nothing where nothing changed.
pub(super) fn put(
    tx: &mut dyn WriteTx,
    permit: Permit<ChangeAccount>,
    before: &User,
    after: User,
    stamp: &Stamp,
) -> Result<Done<User>, Abort<Refused>> {
    let Some((user, kinds)) = after.changed_since(before, stamp.time) else {
        return Ok(Done::Unchanged(before.clone()));
    };
    let Some(events) = stamp.events(&Subject::User(user.id), kinds) else {
        return Ok(Done::Unchanged(before.clone()));
    };
    tx.users_mut().update(&permit.into(), &user)?;
    Ok(Done::Changed(user, events))
}
