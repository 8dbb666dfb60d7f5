use roster_ports::{Abort, Done, StoreError};

use crate::Ports;

/// How many sessions one call removes at most: a few milliseconds of the writer's time.
const PIECE: u32 = 200;

/// Removes sessions that are over. Returns how many; call again while it is not zero.
pub async fn sweep_sessions(ports: &Ports) -> Result<u32, StoreError> {
    let now = ports.clock.now();
    let swept =
        ports.store.write(move |tx| Ok(Done::Bookkeeping(tx.sessions_mut().sweep(now, PIECE)?))).await;
    swept.map_err(|abort: Abort<StoreError>| match abort {
        Abort::Refused(error) | Abort::Store(error) => error,
    })
}
