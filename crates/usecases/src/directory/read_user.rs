use roster_domain::UserId;
use roster_domain::permission::{Caller, Denied, Operation, Target, decide};

use super::{Profile, target_of};
use crate::{Failure, Ports, Refused};

/// One person of the directory. `None` is an id that is nobody's.
pub async fn read_user(ports: &Ports, caller: &Caller, user: Option<UserId>) -> Result<Profile, Failure> {
    decide(Operation::ReadUser, target_of(caller, user), caller)?;
    find(ports, caller, user.ok_or(Refused::NotFound)?).await
}

/// The caller as the directory shows them.
pub async fn read_own_profile(ports: &Ports, caller: &Caller) -> Result<Profile, Failure> {
    decide(Operation::ReadAccount, Target::Oneself, caller)?;
    find(ports, caller, caller.principal.user().ok_or(Denied::NotForClients)?).await
}

async fn find(ports: &Ports, caller: &Caller, user: UserId) -> Result<Profile, Failure> {
    let entry = ports.store.read(move |tx| tx.users().entry(user)).await?;
    Ok(Profile::seen_by(caller, entry.ok_or(Refused::NotFound)?))
}
