use roster_domain::Session;
use roster_domain::permission::{Caller, Denied, Operation, Target, decide};

use crate::{Failure, Ports};

/// The most sessions that are told, those that were used last.
const MOST: u32 = 1_000;

/// Where the caller is signed in, what was used last first.
pub async fn list_own_sessions(ports: &Ports, caller: &Caller) -> Result<Vec<Session>, Failure> {
    decide(Operation::ReadAccount, Target::Oneself, caller)?;
    let user = caller.principal.user().ok_or(Denied::NotForClients)?;
    let now = ports.clock.now();
    Ok(ports.store.read(move |tx| tx.sessions().of_user(user, now, MOST)).await?)
}
