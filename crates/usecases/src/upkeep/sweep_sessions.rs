use roster_ports::Done;

use crate::{Failure, Ports, Refused};

/// How many rows one call removes at most: a few milliseconds of the writer's time.
const PIECE: u32 = 200;

/// Removes sessions that are over, and refresh tokens past their time. Returns how many; call again while it is not zero.
pub async fn sweep_sessions(ports: &Ports) -> Result<u32, Failure> {
    let now = ports.clock.now();
    let sweeping = ports
        .store
        .write::<_, Refused>(move |tx| Ok(Done::Bookkeeping(tx.sessions_mut().sweep(now, PIECE)?)));
    Ok(sweeping.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at};

    #[tokio::test]
    async fn one_call_sweeps_one_piece() {
        let mut world = World::new();
        world.tx.sessions_mut.expect_sweep().once().returning(|now, limit| {
            assert_eq!((now, limit), (at(NOW), PIECE));
            Ok(7)
        });
        assert_eq!(sweep_sessions(&world.ports().0).await.unwrap(), 7);
    }
}
