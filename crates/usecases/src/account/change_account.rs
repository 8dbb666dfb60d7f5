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
    let Some((user, happened)) = after.changed_since(before, stamp.time) else {
        return Ok(Done::Unchanged(before.clone()));
    };
    let events = stamp.events(&Subject::User(user.id), happened);
    tx.users_mut().update(&permit.into(), &user)?;
    Ok(Done::Changed(user, events))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, client_caller, context, context_for_version, disabled, user};
    use roster_domain::permission::Denied;
    use roster_domain::{EventKind, Role, Trust};

    fn renamed(first_name: &str) -> UserChange {
        UserChange { first_name: Some(first_name.parse().unwrap()), ..UserChange::default() }
    }

    #[tokio::test]
    async fn a_change_is_stored_as_the_next_version_with_its_event() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]);
        world.tx.users_mut.expect_update().once().returning(|_, user| {
            assert_eq!((user.version, user.first_name.as_str()), (2, "Zoe"));
            Ok(())
        });
        let (ports, store) = world.ports();
        let changed = change_account(&ports, &caller(&ada), &context(), renamed("Zoe")).await.unwrap();
        assert_eq!(changed.version, 2);
        let kinds: Vec<EventKind> = store.events().into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::UserUpdated { fields: vec!["firstName"] }]);
    }

    #[tokio::test]
    async fn what_holds_already_writes_nothing_and_tells_nothing() {
        let ada = user(1, &[Role::Tech]);
        let (ports, store) = World::new().with_users(&[&ada]).ports();
        let same = change_account(&ports, &caller(&ada), &context(), renamed("Ada")).await.unwrap();
        assert_eq!((same.version, store.events().len()), (1, 0));
    }

    #[tokio::test]
    async fn whoever_was_disabled_meanwhile_changes_nothing() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = World::new().with_users(&[&disabled(&ada)]).ports();
        let failure = change_account(&ports, &caller(&ada), &context(), renamed("Zoe")).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::NoLongerSignedIn)));
    }

    #[tokio::test]
    async fn another_version_than_meant_is_a_mismatch() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = World::new().with_users(&[&ada]).ports();
        let failure =
            change_account(&ports, &caller(&ada), &context_for_version(7), renamed("Zoe")).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::VersionMismatch)));
    }

    #[tokio::test]
    async fn a_client_has_no_account() {
        let (ports, _) = World::new().ports();
        let robot = client_caller(Trust::Trusted);
        let failure = change_account(&ports, &robot, &context(), renamed("Zoe")).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::NotForClients))));
    }
}
