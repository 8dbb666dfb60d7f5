use roster_domain::Access;
use roster_domain::permission::{Caller, Denied, Operation, Target, decide};

use crate::{Failure, Ports};

/// All that the caller may do at facilities now, ordered by facility.
pub async fn list_own_facilities(ports: &Ports, caller: &Caller) -> Result<Vec<Access>, Failure> {
    decide(Operation::ReadAccount, Target::Oneself, caller)?;
    let user = caller.principal.user().ok_or(Denied::NotForClients)?;
    let now = ports.clock.now();
    Ok(ports.store.read(move |tx| tx.access().of_user(user, None, now, None, u32::MAX)).await?)
}
