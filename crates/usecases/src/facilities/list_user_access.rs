use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{Access, FacilityId, Status, UserId};

use crate::directory::target_of;
use crate::paging::{open_uuid, seal_uuid};
use crate::{Failure, Page, Ports, Refused};

const CURSOR: &str = "user-access";

/// What a person may do at facilities now, ordered by facility. A disabled person may do nothing.
pub async fn list_user_access(
    ports: &Ports,
    caller: &Caller,
    user: Option<UserId>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Access>, Failure> {
    decide(Operation::ReadUserAccess, target_of(caller, user), caller)?;
    let of = user.map(UserId::uuid).unwrap_or_default();
    let after = cursor.map(|cursor| open_uuid(ports, CURSOR, of, cursor)).transpose()?.map(FacilityId::new);
    let user = user.ok_or(Refused::NotFound)?;
    let now = ports.clock.now();
    let found = ports
        .store
        .read(move |tx| match tx.users().user(user)? {
            None => Ok(None),
            Some(user) if user.status == Status::Disabled => Ok(Some(Vec::new())),
            Some(_) => tx.access().of_user(user, now, after, limit + 1).map(Some),
        })
        .await?;
    let held = found.ok_or(Refused::NotFound)?;
    Ok(Page::cut(held, limit, |last| seal_uuid(ports, CURSOR, of, last.facility.uuid())))
}
