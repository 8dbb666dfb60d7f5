use roster_ports::Done;

use crate::sign_in::REPEATABLE;
use crate::{Failure, Ports, Refused};

/// How many one call wipes at most.
const PIECE: u32 = 200;

/// Wipes the sealed successors of refresh tokens that can no longer be asked for. Returns how many; call again while it is
/// not zero.
pub async fn wipe_successors(ports: &Ports) -> Result<u32, Failure> {
    let used_before = ports.clock.now() - REPEATABLE;
    let wiping = ports.store.write::<_, Refused>(move |tx| {
        Ok(Done::Bookkeeping(tx.sessions_mut().wipe_successors(used_before, PIECE)?))
    });
    Ok(wiping.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at};

    #[tokio::test]
    async fn what_can_be_repeated_no_more_is_wiped() {
        let mut world = World::new();
        world.tx.sessions_mut.expect_wipe_successors().once().returning(|used_before, limit| {
            assert_eq!((used_before, limit), (at(NOW - 60), PIECE));
            Ok(7)
        });
        assert_eq!(wipe_successors(&world.ports().0).await.unwrap(), 7);
    }
}
