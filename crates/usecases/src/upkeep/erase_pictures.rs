use roster_domain::PictureName;
use roster_ports::Done;

use crate::{Failure, Ports, Refused};

/// How many pictures one call looks at.
const PIECE: u32 = 100;

/// Erases pictures to which nobody refers any more. Returns how many it is done with; call again while it is not zero.
/// One that cannot be erased is left for another time, and does not keep the others.
pub async fn erase_pictures(ports: &Ports) -> Result<u32, Failure> {
    let doomed = ports.store.read(|tx| tx.pictures().doomed(PIECE)).await?;
    let mut done = 0;
    for name in doomed {
        match erase(ports, name).await {
            Ok(()) => done += 1,
            Err(error) => tracing::warn!(%error, picture = %name, "a picture of nobody was not erased"),
        }
    }
    Ok(done)
}

/// Erases the picture that somebody had until now, unless somebody else has it too. The change stands already: what goes
/// wrong here is made good by [`erase_pictures`].
pub(crate) async fn erase_former(ports: &Ports, former: Option<PictureName>) {
    let Some(name) = former else { return };
    if let Err(error) = erase(ports, name).await {
        tracing::warn!(%error, picture = %name, "a former picture was not erased yet");
    }
}

/// Under the lock that an upload of the same picture takes: first the file, then its place on the list, so that a crash
/// between the two is made good by the next call.
async fn erase(ports: &Ports, name: PictureName) -> Result<(), Failure> {
    let _held = ports.picture_keeper.lock(&name).await?;
    let is_referenced = ports.store.read(move |tx| tx.pictures().is_referenced(&name)).await?;
    if !is_referenced {
        ports.picture_keeper.erase(&name).await?;
    }
    ports
        .store
        .write::<(), Refused>(move |tx| {
            tx.pictures_mut().spare(&name)?;
            Ok(Done::Bookkeeping(()))
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Held, World};
    use mockall::Sequence;
    use roster_domain::PictureFormat;

    const NAME: PictureName = PictureName { sha256: [3; 32], format: PictureFormat::Png };

    #[tokio::test]
    async fn the_file_goes_before_its_place_on_the_list() {
        let mut world = World::new();
        let mut order = Sequence::new();
        world.tx.pictures.expect_doomed().returning(|_| Ok(vec![NAME]));
        world.picture_keeper.expect_lock().once().in_sequence(&mut order).returning(|_| Ok(Box::new(Held)));
        world.tx.pictures.expect_is_referenced().once().in_sequence(&mut order).returning(|_| Ok(false));
        world.picture_keeper.expect_erase().once().in_sequence(&mut order).returning(|_| Ok(()));
        world.tx.pictures_mut.expect_spare().once().in_sequence(&mut order).returning(|_| Ok(()));
        assert_eq!(erase_pictures(&world.ports().0).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn one_that_cannot_be_erased_does_not_keep_the_others() {
        let mut world = World::new();
        let stuck = PictureName { sha256: [1; 32], ..NAME };
        world.tx.pictures.expect_doomed().returning(move |_| Ok(vec![stuck, NAME]));
        world.picture_keeper.expect_lock().returning(|_| Ok(Box::new(Held)));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(false));
        let failed = || Err(roster_ports::PictureKeepError("read-only".to_owned()));
        world
            .picture_keeper
            .expect_erase()
            .returning(move |name| if *name == stuck { failed() } else { Ok(()) });
        world.tx.pictures_mut.expect_spare().withf(|name| *name == NAME).once().returning(|_| Ok(()));
        assert_eq!(erase_pictures(&world.ports().0).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_somebody_refers_to_again_stays() {
        let mut world = World::new();
        world.tx.pictures.expect_doomed().returning(|_| Ok(vec![NAME]));
        world.picture_keeper.expect_lock().returning(|_| Ok(Box::new(Held)));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(true));
        world.tx.pictures_mut.expect_spare().once().returning(|_| Ok(()));
        assert_eq!(erase_pictures(&world.ports().0).await.unwrap(), 1);
    }
}
