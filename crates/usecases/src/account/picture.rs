use roster_domain::permission::{Caller, ChangeAccount, Target, permit};
use roster_domain::{Actor, Patch, PictureName, UserChange};
use roster_ports::{Done, PictureLock, Upload};

use super::change_account::{own_record, put};
use crate::upkeep::erase_former;
use crate::{Failure, Ports, Refused, RequestContext};

/// Makes a picture of an upload and gives it to the caller's own account.
///
/// The picture is put on the list of the doomed before it is kept, and taken off it in the transaction that refers to
/// it: whatever happens in between, no picture stays behind that nobody refers to.
pub async fn set_picture(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    upload: Upload,
) -> Result<PictureName, Failure> {
    permit::<ChangeAccount>(Target::Oneself, caller)?;
    let picture = ports.picture_studio.develop(upload).await?;
    let name = picture.name;
    let held = ports.picture_keeper.lock(&name).await?;
    ports
        .store
        .write::<(), Refused>(move |tx| {
            tx.pictures_mut().doom(&name)?;
            Ok(Done::Bookkeeping(()))
        })
        .await?;
    ports.picture_keeper.keep(&picture).await?;
    let former = change_picture(ports, caller, context, Patch::Set(name), Some(held)).await?;
    erase_former(ports, former).await;
    Ok(name)
}

/// Takes the picture away from the caller's own account.
pub async fn remove_picture(ports: &Ports, caller: &Caller, context: &RequestContext) -> Result<(), Failure> {
    let former = change_picture(ports, caller, context, Patch::Clear, None).await?;
    erase_former(ports, former).await;
    Ok(())
}

/// Changes the picture, and returns the one that the account had until then. What is held goes with the write: also when
/// the request is given up meanwhile, nobody erases the picture before the write has ended.
async fn change_picture(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    picture: Patch<PictureName>,
    held: Option<Box<dyn PictureLock>>,
) -> Result<Option<PictureName>, Failure> {
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    let former = ports
        .store
        .write(move |tx| {
            let _held = &held;
            let (permit, user) = own_record(tx, &caller, &context)?;
            let change = UserChange { picture: picture.clone(), ..UserChange::default() };
            if let Some(former) = user.picture {
                tx.pictures_mut().doom(&former)?;
            }
            if let Patch::Set(name) = &picture {
                tx.pictures_mut().spare(name)?;
            }
            let former = user.picture;
            Ok(match put(tx, permit, &user, user.clone().changed(change), &stamp)? {
                Done::Changed(_, events) => Done::Changed(former, events),
                Done::Unchanged(_) | Done::Bookkeeping(_) => Done::Bookkeeping(None),
            })
        })
        .await?;
    Ok(former)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Held, World, caller, context, user};
    use mockall::Sequence;
    use roster_domain::{PictureFormat, Role, User};
    use roster_ports::{Picture, PictureFault, PictureKeepError};

    fn name(byte: u8) -> PictureName {
        PictureName { sha256: [byte; 32], format: PictureFormat::Jpeg }
    }

    fn developing(mut world: World) -> World {
        world.picture_studio.expect_develop().returning(|_| Ok(Picture { name: name(2), bytes: vec![2] }));
        world.picture_keeper.expect_lock().returning(|_| Ok(Box::new(Held)));
        world
    }

    #[tokio::test]
    async fn a_picture_is_doomed_until_the_account_refers_to_it() {
        let ada = User { picture: Some(name(1)), ..user(1, &[Role::Tech]) };
        let mut world = developing(World::new().with_users(&[&ada]));
        let mut order = Sequence::new();
        let dooming = |doomed: PictureName| move |name: &PictureName| *name == doomed;
        world
            .tx
            .pictures_mut
            .expect_doom()
            .withf(dooming(name(2)))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        world.picture_keeper.expect_keep().once().in_sequence(&mut order).returning(|_| Ok(()));
        world
            .tx
            .pictures_mut
            .expect_doom()
            .withf(dooming(name(1)))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        world
            .tx
            .pictures_mut
            .expect_spare()
            .withf(dooming(name(2)))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        world.tx.users_mut.expect_update().once().in_sequence(&mut order).returning(|_, user| {
            assert_eq!(user.picture, Some(name(2)));
            Ok(())
        });
        world.tx.pictures.expect_is_referenced().once().in_sequence(&mut order).returning(|_| Ok(false));
        let erasing = |erased: &PictureName| *erased == name(1);
        world
            .picture_keeper
            .expect_erase()
            .withf(erasing)
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        let sparing = dooming(name(1));
        world
            .tx
            .pictures_mut
            .expect_spare()
            .withf(sparing)
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        let (ports, store) = world.ports();
        assert_eq!(set_picture(&ports, &caller(&ada), &context(), vec![0].into()).await.unwrap(), name(2));
        assert_eq!(store.events().len(), 1);
    }

    #[tokio::test]
    async fn a_picture_that_cannot_be_kept_is_not_referred_to() {
        let ada = user(1, &[Role::Tech]);
        let mut world = developing(World::new().with_users(&[&ada]));
        world.tx.pictures_mut.expect_doom().once().returning(|_| Ok(()));
        world.picture_keeper.expect_keep().returning(|_| Err(PictureKeepError("full".to_owned())));
        let (ports, _) = world.ports();
        let failure = set_picture(&ports, &caller(&ada), &context(), vec![0].into()).await.unwrap_err();
        assert!(matches!(failure, Failure::Unavailable(_)));
    }

    #[tokio::test]
    async fn what_is_no_picture_is_refused_before_anything_is_written() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new();
        world.picture_studio.expect_develop().returning(|_| Err(PictureFault::UnknownFormat));
        let (ports, _) = world.ports();
        let failure = set_picture(&ports, &caller(&ada), &context(), vec![0].into()).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(crate::Refused::Picture(PictureFault::UnknownFormat))));
    }

    #[tokio::test]
    async fn removing_no_picture_changes_nothing() {
        let ada = user(1, &[Role::Tech]);
        let (ports, store) = World::new().with_users(&[&ada]).ports();
        remove_picture(&ports, &caller(&ada), &context()).await.unwrap();
        assert!(store.events().is_empty());
    }
}
