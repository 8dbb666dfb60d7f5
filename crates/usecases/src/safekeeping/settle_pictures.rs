use roster_domain::PictureName;
use roster_ports::{Done, Picture};

use crate::{Failure, Ports, Refused};

/// How many pictures one call settles.
const PIECE: u32 = 50;

/// What became of a piece of the pictures that the store held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// How many are where pictures are kept now.
    pub settled: u32,
    /// Those whose bytes are not those of their names. They were left.
    pub damaged: Vec<PictureName>,
    /// Where to go on; `None` when there are no more.
    pub next: Option<PictureName>,
}

/// Moves pictures that the store holds, as a restored backup does, to where pictures are kept. Only for a service that keeps
/// them elsewhere, before it serves.
///
/// Each is kept durably before the store lets go of it, so a crash in between only has it done again.
pub async fn settle_pictures(ports: &Ports, after: Option<PictureName>) -> Result<Settled, Failure> {
    let names = ports.store.read(move |tx| tx.pictures().all_held(after, PIECE)).await?;
    let (next, mut settled, mut damaged) = (names.last().copied(), Vec::new(), Vec::new());
    for name in names {
        let held = ports.store.read(move |tx| tx.pictures().held(&name)).await?;
        let Some(picture) = held.map(|bytes| Picture { name, bytes }) else { continue };
        // What is kept already under this name may be the better one.
        if !ports.picture_keeper.is_whole(&picture) {
            damaged.push(name);
            continue;
        }
        let _held = ports.picture_keeper.lock(&name).await?;
        ports.picture_keeper.keep(&picture).await?;
        settled.push(name);
    }
    let count = settled.len();
    if count > 0 {
        release(ports, settled).await?;
    }
    Ok(Settled { settled: u32::try_from(count).unwrap_or(u32::MAX), damaged, next })
}

/// Lets the store go of pictures; those that nobody has are erased like any other.
async fn release(ports: &Ports, names: Vec<PictureName>) -> Result<(), Failure> {
    let releasing = ports.store.write::<(), Refused>(move |tx| {
        for name in &names {
            if !tx.pictures().is_referenced(name)? {
                tx.pictures_mut().doom(name)?;
            }
            tx.pictures_mut().release(name)?;
        }
        Ok(Done::Bookkeeping(()))
    });
    Ok(releasing.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Held, World};
    use mockall::Sequence;
    use mockall::predicate::eq;
    use roster_domain::PictureFormat;
    use roster_ports::PictureKeepError;

    fn name(byte: u8) -> PictureName {
        PictureName { sha256: [byte; 32], format: PictureFormat::Jpeg }
    }

    /// A store that holds pictures of these names; a byte that is its name makes a whole one.
    fn holding(pictures: &'static [(u8, u8)]) -> World {
        let mut world = World::new();
        let names = || pictures.iter().map(|(byte, _)| name(*byte)).collect::<Vec<_>>();
        world.tx.pictures.expect_all_held().with(eq(None), eq(PIECE)).returning(move |_, _| Ok(names()));
        world.tx.pictures.expect_held().returning(move |wanted| {
            let picture = pictures.iter().find(|(byte, _)| name(*byte) == *wanted);
            Ok(picture.map(|(_, content)| vec![*content]))
        });
        world.picture_keeper.expect_is_whole().returning(|picture| picture.name == name(picture.bytes[0]));
        world.picture_keeper.expect_lock().returning(|_| Ok(Box::new(Held)));
        world
    }

    #[tokio::test]
    async fn a_picture_is_kept_before_the_store_lets_go_of_it() {
        let mut world = holding(&[(1, 1)]);
        let mut order = Sequence::new();
        world.picture_keeper.expect_keep().once().in_sequence(&mut order).returning(|_| Ok(()));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(true));
        world
            .tx
            .pictures_mut
            .expect_release()
            .with(eq(name(1)))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(()));
        let settled = settle_pictures(&world.ports().0, None).await.unwrap();
        assert_eq!(settled, Settled { settled: 1, damaged: vec![], next: Some(name(1)) });
    }

    #[tokio::test]
    async fn a_picture_that_cannot_be_kept_stays_in_the_store() {
        let mut world = holding(&[(1, 1)]);
        world.picture_keeper.expect_keep().returning(|_| Err(PictureKeepError("full".to_owned())));
        assert!(settle_pictures(&world.ports().0, None).await.is_err());
    }

    #[tokio::test]
    async fn a_damaged_picture_is_left_and_does_not_keep_the_others() {
        let mut world = holding(&[(1, 0), (2, 2)]);
        world.picture_keeper.expect_keep().withf(|kept| kept.name == name(2)).once().returning(|_| Ok(()));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(true));
        world.tx.pictures_mut.expect_release().with(eq(name(2))).once().returning(|_| Ok(()));
        let settled = settle_pictures(&world.ports().0, None).await.unwrap();
        assert_eq!(settled, Settled { settled: 1, damaged: vec![name(1)], next: Some(name(2)) });
    }

    #[tokio::test]
    async fn a_picture_of_nobody_is_put_on_the_list_of_the_doomed() {
        let mut world = holding(&[(1, 1)]);
        world.picture_keeper.expect_keep().returning(|_| Ok(()));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(false));
        world.tx.pictures_mut.expect_doom().with(eq(name(1))).once().returning(|_| Ok(()));
        world.tx.pictures_mut.expect_release().once().returning(|_| Ok(()));
        settle_pictures(&world.ports().0, None).await.unwrap();
    }

    #[tokio::test]
    async fn where_the_store_holds_none_nothing_is_written() {
        let settled = settle_pictures(&holding(&[]).ports().0, None).await.unwrap();
        assert_eq!(settled, Settled { settled: 0, damaged: vec![], next: None });
    }
}
