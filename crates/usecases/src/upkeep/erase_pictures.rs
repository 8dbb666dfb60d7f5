use roster_domain::PictureName;
use roster_ports::Done;

use crate::{Failure, Ports, Refused};

/// How many pictures one call looks at.
const PIECE: u32 = 100;

/// Erases pictures to which nobody refers any more. Returns how many it looked at; call again while it is not zero.
pub async fn erase_pictures(ports: &Ports) -> Result<usize, Failure> {
    let doomed = ports.store.read(|tx| tx.pictures().doomed(PIECE)).await?;
    for name in &doomed {
        erase(ports, *name).await?;
    }
    Ok(doomed.len())
}

/// Under the lock that an upload of the same picture takes: first the file, then its place on the list, so that a crash
/// between the two is made good by the next call.
async fn erase(ports: &Ports, name: PictureName) -> Result<(), Failure> {
    let _held = ports.picture_keeper.lock(&name).await;
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
