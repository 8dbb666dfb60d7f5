use roster_domain::permission::{Caller, ChangeAccount, Target, permit};
use roster_domain::{Actor, Patch, PictureName, UserChange};
use roster_ports::{Done, StoreError};

use super::change_account::{own_record, put};
use crate::{Failure, Ports, RequestContext};

/// Makes a picture of an upload and gives it to the caller's own account.
///
/// The picture is put on the list of the doomed before it is kept, and taken off it in the transaction that refers to
/// it: whatever happens in between, no picture stays behind that nobody refers to.
pub async fn set_picture(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    upload: Vec<u8>,
) -> Result<PictureName, Failure> {
    permit::<ChangeAccount>(Target::Oneself, caller)?;
    let picture = ports.picture_studio.develop(upload).await?;
    let name = picture.name;
    let _held = ports.picture_keeper.lock(&name).await;
    ports
        .store
        .write::<(), StoreError>(move |tx| {
            tx.pictures_mut().doom(&name)?;
            Ok(Done::Bookkeeping(()))
        })
        .await
        .map_err(|abort| match abort {
            roster_ports::Abort::Refused(error) | roster_ports::Abort::Store(error) => error,
        })?;
    ports.picture_keeper.keep(&picture).await?;
    change_picture(ports, caller, context, Patch::Set(name)).await?;
    Ok(name)
}

/// Takes the picture away from the caller's own account.
pub async fn remove_picture(ports: &Ports, caller: &Caller, context: &RequestContext) -> Result<(), Failure> {
    change_picture(ports, caller, context, Patch::Clear).await
}

async fn change_picture(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    picture: Patch<PictureName>,
) -> Result<(), Failure> {
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    ports
        .store
        .write(move |tx| {
            let (permit, user) = own_record(tx, &caller, &context)?;
            let change = UserChange { picture: picture.clone(), ..UserChange::default() };
            if let Some(former) = user.picture {
                tx.pictures_mut().doom(&former)?;
            }
            if let Patch::Set(name) = &picture {
                tx.pictures_mut().spare(name)?;
            }
            put(tx, permit, &user, user.clone().changed(change), &stamp)
        })
        .await?;
    Ok(())
}
