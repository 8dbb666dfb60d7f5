use roster_ports::Done;

use crate::idempotency::KEPT_FOR;
use crate::{Failure, Ports, Refused};

/// How many one call forgets at most: a few milliseconds of the writer's time.
const PIECE: u32 = 200;

/// Forgets what came of changes that is not answered again any more. Returns how many; call again while it is not zero.
pub async fn sweep_outcomes(ports: &Ports) -> Result<u32, Failure> {
    let before = ports.clock.now() - KEPT_FOR;
    let sweeping = ports
        .store
        .write::<_, Refused>(move |tx| Ok(Done::Bookkeeping(tx.replays_mut().sweep(before, PIECE)?)));
    Ok(sweeping.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at};

    #[tokio::test]
    async fn outcomes_are_kept_for_a_day() {
        let mut world = World::new();
        world.tx.replays_mut.expect_sweep().once().returning(|before, limit| {
            assert_eq!((before, limit), (at(NOW - 86_400), PIECE));
            Ok(7)
        });
        assert_eq!(sweep_outcomes(&world.ports().0).await.unwrap(), 7);
    }
}
