use roster_domain::LoginLimits;
use roster_ports::Done;

use crate::{Failure, Ports, Refused};

/// How many rows one call removes at most: a few milliseconds of the writer's time.
const PIECE: u32 = 200;

/// Forgets failed sign-ins that count for nothing any more. Returns how many; call again while it is not zero.
pub async fn sweep_attempts(ports: &Ports) -> Result<u32, Failure> {
    let window = ports.policy.login_limits.window.max(LoginLimits::HOUR);
    let before = ports.clock.now() - window;
    let sweeping = ports
        .store
        .write::<_, Refused>(move |tx| Ok(Done::Bookkeeping(tx.attempts_mut().sweep(before, PIECE)?)));
    Ok(sweeping.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at};

    #[tokio::test]
    async fn what_counts_for_an_hour_stays_for_an_hour() {
        let mut world = World::new();
        world.tx.attempts_mut.expect_sweep().once().returning(|before, limit| {
            assert_eq!((before, limit), (at(NOW - 3_600), PIECE));
            Ok(7)
        });
        assert_eq!(sweep_attempts(&world.ports().0).await.unwrap(), 7);
    }
}
