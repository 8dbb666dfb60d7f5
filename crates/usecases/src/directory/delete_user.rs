use roster_domain::permission::{Caller, DeleteUser, permit};
use roster_domain::{Actor, EventKind, PictureName, Stamp, Subject, UserId};
use roster_ports::{Abort, Done, WriteTx};

use super::{keep_an_administrator, target_of};
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::upkeep::erase_former;
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
    let picture = ports.store.write(move |tx| delete(tx, &caller, &context, user, &stamp)).await?;
    erase_former(ports, picture).await;
    Ok(())
}

fn delete(
    tx: &mut dyn WriteTx,
    caller: &Caller,
    context: &RequestContext,
    id: UserId,
    stamp: &Stamp,
) -> Result<Done<Option<PictureName>>, Abort<Refused>> {
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
    Ok(Done::Changed(user.picture, stamp.event(Subject::User(id), EventKind::UserDeleted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, context, context_for_version, user};
    use roster_domain::{PictureFormat, PictureName, Role, User};

    #[tokio::test]
    async fn a_person_goes_with_their_picture_and_leaves_an_event() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let picture = PictureName { sha256: [7; 32], format: PictureFormat::Png };
        let bob = User { picture: Some(picture), ..bob };
        let mut world = World::new().with_users(&[&hr, &bob]);
        world.tx.pictures_mut.expect_doom().once().returning(|_| Ok(()));
        world.tx.users_mut.expect_delete().once().returning(|_, _| Ok(()));
        let world = world.with_erasable_pictures(1);
        let (ports, store) = world.ports();
        delete_user(&ports, &caller(&hr), &context(), Some(bob.id)).await.unwrap();
        assert_eq!(store.events().first().unwrap().kind, EventKind::UserDeleted);
    }

    #[tokio::test]
    async fn the_last_administrator_stays() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new().with_users(&[&hr]);
        world.tx.users.expect_another_administrator().returning(|_| Ok(false));
        let (ports, _) = world.ports();
        let failure = delete_user(&ports, &caller(&hr), &context(), Some(hr.id)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::LastAdministrator)));
    }

    #[tokio::test]
    async fn nobody_and_another_version_are_refused() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().with_users(&[&hr, &bob]).ports();
        for id in [None, Some(user(3, &[Role::Tech]).id)] {
            let failure = delete_user(&ports, &caller(&hr), &context(), id).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        }
        let failure =
            delete_user(&ports, &caller(&hr), &context_for_version(2), Some(bob.id)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::VersionMismatch)));
    }
}
