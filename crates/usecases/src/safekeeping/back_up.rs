use roster_domain::PictureName;
use roster_ports::{BackedUp, BackupDraft, BackupError, Picture, PictureKeepError, PictureKeeper};
use thiserror::Error;

/// How many pictures are looked for at a time; one of them is in memory.
const PIECE: u32 = 100;

/// How many snapshots are taken before a picture counts as lost.
const SNAPSHOTS: u32 = 5;

/// Why no backup was made.
#[derive(Debug, Error)]
pub enum NotBackedUp {
    /// It cannot be read or written.
    #[error(transparent)]
    Failed(#[from] BackupError),
    /// Pictures cannot be read.
    #[error(transparent)]
    Pictures(#[from] PictureKeepError),
    /// Somebody has a picture that is not kept.
    #[error("somebody has the picture {0}, but it is not kept")]
    Lost(PictureName),
    /// The bytes of a picture are not those of its name.
    #[error("the picture {0} is damaged")]
    Damaged(PictureName),
}

/// Backs up everything at one moment, with every picture that somebody has then. The service may go on writing.
///
/// A picture goes as soon as nobody has it any more, so one of the snapshot may be gone before it is copied. Then
/// another snapshot is taken, of which all pictures are there already but those that are new since.
pub async fn back_up(
    pictures: &dyn PictureKeeper,
    draft: &mut dyn BackupDraft,
) -> Result<BackedUp, NotBackedUp> {
    let mut left = SNAPSHOTS;
    loop {
        draft.take_snapshot()?;
        left -= 1;
        match add_pictures(pictures, draft).await? {
            None => return Ok(draft.finish()?),
            Some(missing) if left == 0 => return Err(NotBackedUp::Lost(missing)),
            Some(_) => {}
        }
    }
}

/// Adds what the snapshot refers to; returns a picture that is not kept any more, if there is one.
async fn add_pictures(
    pictures: &dyn PictureKeeper,
    draft: &mut dyn BackupDraft,
) -> Result<Option<PictureName>, NotBackedUp> {
    let (mut missing, mut after) = (None, None);
    loop {
        let names = draft.lacking(after, PIECE)?;
        after = names.last().copied();
        if after.is_none() {
            return Ok(missing);
        }
        for name in names {
            let Some(bytes) = pictures.load(&name).await? else {
                missing = Some(name);
                continue;
            };
            let picture = Picture { name, bytes };
            if !pictures.is_whole(&picture) {
                return Err(NotBackedUp::Damaged(name));
            }
            draft.add(&picture)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mockall::Sequence;
    use roster_domain::PictureFormat;
    use roster_ports::mocks::{MockBackupDraft, MockPictureKeeper};

    fn name(byte: u8) -> PictureName {
        PictureName { sha256: [byte; 32], format: PictureFormat::Png }
    }

    fn made() -> BackedUp {
        BackedUp { bytes: 1, rows: Vec::new() }
    }

    /// A draft that lacks these pictures after each of its snapshots.
    fn draft(lacking: &[&[u8]]) -> MockBackupDraft {
        let mut draft = MockBackupDraft::new();
        let mut order = Sequence::new();
        for names in lacking {
            draft.expect_take_snapshot().once().in_sequence(&mut order).returning(|| Ok(()));
            let names: Vec<PictureName> = names.iter().map(|byte| name(*byte)).collect();
            let last = names.last().copied();
            if last.is_some() {
                draft.expect_lacking().once().in_sequence(&mut order).returning(move |after, take| {
                    assert_eq!((after, take), (None, PIECE));
                    Ok(names.clone())
                });
            }
            draft.expect_lacking().once().in_sequence(&mut order).returning(move |after, _| {
                assert_eq!(after, last);
                Ok(Vec::new())
            });
        }
        draft
    }

    /// Keeps pictures of these names, each one byte that is its name.
    fn keeper(kept: &'static [u8]) -> MockPictureKeeper {
        let mut keeper = MockPictureKeeper::new();
        keeper.expect_load().returning(move |wanted| {
            let byte = kept.iter().find(|byte| name(**byte) == *wanted);
            Ok(byte.map(|byte| vec![*byte]))
        });
        keeper.expect_is_whole().returning(|picture| picture.name == name(picture.bytes[0]));
        keeper
    }

    #[tokio::test]
    async fn every_picture_of_the_snapshot_is_added_before_the_backup_is_finished() {
        let mut draft = draft(&[&[1, 2]]);
        draft.expect_add().times(2).returning(|_| Ok(()));
        draft.expect_finish().once().returning(|| Ok(made()));
        assert_eq!(back_up(&keeper(&[1, 2, 3]), &mut draft).await.unwrap(), made());
    }

    #[tokio::test]
    async fn a_picture_that_went_meanwhile_asks_for_another_snapshot() {
        let mut draft = draft(&[&[1, 2, 3], &[]]);
        draft.expect_add().times(2).returning(|_| Ok(()));
        draft.expect_finish().once().returning(|| Ok(made()));
        back_up(&keeper(&[1, 3]), &mut draft).await.unwrap();
    }

    #[tokio::test]
    async fn a_picture_that_stays_away_is_lost_and_nothing_is_finished() {
        let mut draft = draft(&[&[7][..]; 5]);
        let failure = back_up(&keeper(&[]), &mut draft).await.unwrap_err();
        assert!(matches!(failure, NotBackedUp::Lost(lost) if lost == name(7)), "{failure}");
    }

    #[tokio::test]
    async fn a_damaged_picture_is_told_and_not_backed_up() {
        let mut draft = MockBackupDraft::new();
        draft.expect_take_snapshot().once().returning(|| Ok(()));
        draft.expect_lacking().once().returning(|_, _| Ok(vec![name(7)]));
        let mut keeper = MockPictureKeeper::new();
        keeper.expect_load().returning(|_| Ok(Some(vec![8])));
        keeper.expect_is_whole().returning(|_| false);
        let failure = back_up(&keeper, &mut draft).await.unwrap_err();
        assert!(matches!(failure, NotBackedUp::Damaged(damaged) if damaged == name(7)), "{failure}");
    }
}
