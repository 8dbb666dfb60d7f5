use roster_domain::permission::{Caller, DeleteUser, permit};
use roster_domain::{Actor, EventKind, Stamp, Subject, UserId};
use roster_ports::{Abort, Done, WriteTx};

use super::{keep_an_administrator, target_of};
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Ports, Refused, RequestContext};

/// Erases a person: their record, password, sessions, access and picture. The events keep only the id.
pub async fn delete_user(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    user: Option<UserId>,
) -> Result<(), Failure> {
    permit::<DeleteUser>(target_of(caller, user), caller)?;
    let user = user.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    ports.store.write(move |tx| delete(tx, &caller, &context, user, &stamp)).await?;
    Ok(())
}

fn delete(
    tx: &mut dyn WriteTx,
    caller: &Caller,
    context: &RequestContext,
    id: UserId,
    stamp: &Stamp,
) -> Result<Done<()>, Abort<Refused>> {
    let caller = caller_now(tx, caller)?;
    let permit = permit::<DeleteUser>(caller.target(id), &caller).map_err(denied)?;
    let Some(user) = tx.users().user(id)? else { return refuse(Refused::NotFound) };
    if !context.expected_version.admits(user.version) {
        return refuse(Refused::VersionMismatch);
    }
    keep_an_administrator(tx, &user, None)?;
    if let Some(picture) = user.picture {
        tx.pictures_mut().doom(&picture)?;
    }
    tx.users_mut().delete(&permit, id)?;
    Ok(Done::Changed((), stamp.event(Subject::User(id), EventKind::UserDeleted)))
}
