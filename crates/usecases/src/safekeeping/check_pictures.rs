use roster_domain::PictureName;
use roster_ports::{Picture, PictureKeeper, Store};

use crate::Failure;

/// How many names are read at a time.
const PIECE: u32 = 500;

/// How often a picture is looked for: beside a running service it may come and go in between.
const LOOKS: u32 = 3;

/// What was found of the pictures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PicturesFound {
    /// How many somebody has.
    pub referenced: u64,
    /// Those that somebody has and that are not kept.
    pub missing: Vec<PictureName>,
    /// Those whose bytes are not those of their names, whoever has them.
    pub damaged: Vec<PictureName>,
    /// How many are kept that nobody has. They only take room: those that the store knows of are erased in time.
    pub of_nobody: u64,
}

/// How a picture is kept.
enum Kept {
    Not,
    Whole,
    Damaged,
}

/// Looks whether every picture that somebody has is kept and whole, and which are kept for nobody. Pictures that the store
/// holds itself are kept as well.
pub async fn check_pictures(
    store: &dyn Store,
    pictures: &dyn PictureKeeper,
) -> Result<PicturesFound, Failure> {
    let mut found = PicturesFound::default();
    let mut after = None;
    loop {
        let names = store.read(move |tx| tx.pictures().referenced(after, PIECE)).await?;
        after = names.last().copied();
        if after.is_none() {
            break;
        }
        for name in names {
            found.referenced += 1;
            match look_for(store, pictures, name).await? {
                Kept::Whole => {}
                Kept::Not => found.missing.push(name),
                Kept::Damaged => found.damaged.push(name),
            }
        }
    }
    for first in 0..=u8::MAX {
        let names = pictures.list(first).await?;
        let of_nobody = store.read(move |tx| {
            names.iter().try_fold(0, |sum, name| Ok(sum + u64::from(!tx.pictures().is_referenced(name)?)))
        });
        found.of_nobody += of_nobody.await?;
    }
    Ok(found)
}

/// How a picture is kept that somebody has. One that nobody has any more need not be kept.
async fn look_for(
    store: &dyn Store,
    pictures: &dyn PictureKeeper,
    name: PictureName,
) -> Result<Kept, Failure> {
    for _ in 0..LOOKS {
        let kept = match pictures.load(&name).await? {
            Some(bytes) => Some(bytes),
            None => store.read(move |tx| tx.pictures().held(&name)).await?,
        };
        if let Some(bytes) = kept {
            let is_whole = pictures.is_whole(&Picture { name, bytes });
            return Ok(if is_whole { Kept::Whole } else { Kept::Damaged });
        }
        if !store.read(move |tx| tx.pictures().is_referenced(&name)).await? {
            return Ok(Kept::Whole);
        }
    }
    Ok(Kept::Not)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::World;
    use mockall::predicate::eq;
    use roster_domain::PictureFormat;

    fn name(byte: u8) -> PictureName {
        PictureName { sha256: [byte; 32], format: PictureFormat::Jpeg }
    }

    /// A world in which somebody has each of these.
    fn referring(bytes: &'static [u8]) -> World {
        let mut world = World::new();
        let names = || bytes.iter().map(|byte| name(*byte)).collect::<Vec<_>>();
        let last = names().last().copied();
        world.tx.pictures.expect_referenced().with(eq(None), eq(PIECE)).returning(move |_, _| Ok(names()));
        world.tx.pictures.expect_referenced().with(eq(last), eq(PIECE)).returning(|_, _| Ok(Vec::new()));
        world.picture_keeper.expect_is_whole().returning(|picture| picture.name == name(picture.bytes[0]));
        world
    }

    async fn found(world: World) -> PicturesFound {
        let (ports, store) = world.ports();
        check_pictures(&*store, &*ports.picture_keeper).await.unwrap()
    }

    #[tokio::test]
    async fn each_picture_that_somebody_has_is_looked_for_wherever_it_may_be() {
        let mut world = referring(&[1, 2, 3, 4]);
        world.picture_keeper.expect_load().returning(|wanted| {
            Ok(match wanted.sha256[0] {
                1 => Some(vec![1]),
                2 => Some(vec![0]),
                _ => None,
            })
        });
        world.tx.pictures.expect_held().returning(|wanted| Ok((*wanted == name(3)).then(|| vec![3])));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(true));
        world.picture_keeper.expect_list().returning(|_| Ok(Vec::new()));
        let expected =
            PicturesFound { referenced: 4, missing: vec![name(4)], damaged: vec![name(2)], of_nobody: 0 };
        assert_eq!(found(world).await, expected);
    }

    #[tokio::test]
    async fn a_picture_that_nobody_has_any_more_is_not_missed() {
        let mut world = referring(&[1]);
        world.picture_keeper.expect_load().returning(|_| Ok(None));
        world.tx.pictures.expect_held().returning(|_| Ok(None));
        world.tx.pictures.expect_is_referenced().returning(|_| Ok(false));
        world.picture_keeper.expect_list().returning(|_| Ok(Vec::new()));
        assert_eq!(found(world).await, PicturesFound { referenced: 1, ..PicturesFound::default() });
    }

    #[tokio::test]
    async fn pictures_of_nobody_are_counted() {
        let mut world = World::new();
        world.tx.pictures.expect_referenced().returning(|_, _| Ok(Vec::new()));
        world.tx.pictures.expect_is_referenced().returning(|wanted| Ok(wanted.sha256[0] == 7));
        world
            .picture_keeper
            .expect_list()
            .times(256)
            .returning(|first| Ok(if [7, 255].contains(&first) { vec![name(first)] } else { Vec::new() }));
        assert_eq!(found(world).await, PicturesFound { of_nobody: 1, ..PicturesFound::default() });
    }
}
