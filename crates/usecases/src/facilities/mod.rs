//! Who may do what at a facility. Facilities belong to other services: any UUID is one.

#[cfg(test)]
pub(crate) mod fixture;

mod give_access;
mod list_facility_access;
mod list_user_access;
mod remove_access;

pub use give_access::{AccessToGive, give_access};
pub use list_facility_access::{FacilityAccessFilter, list_facility_access};
pub use list_user_access::list_user_access;
pub use remove_access::{AccessToRemove, remove_access};

use roster_domain::permission::Caller;
use roster_domain::{Access, FacilityId, Fault, Grant, UserId};
use roster_ports::{Abort, Outcome, WriteTx};

use crate::refused::refuse;
use crate::{Failure, Place, Refused};

/// A client is nobody, so it must say whom it means.
fn subject(caller: &Caller, user: Option<UserId>) -> Result<UserId, Refused> {
    let missing = || Refused::Invalid(vec![(Place::UserId, Fault::Required)]);
    user.or_else(|| caller.principal.user()).ok_or_else(missing)
}

/// What somebody holds since a change.
const fn access_changed(user: UserId, facility: FacilityId, grant: Option<Grant>) -> Outcome {
    Outcome::AccessChanged(Access { user, facility, grant })
}

fn access_of(outcome: Outcome) -> Result<Access, Failure> {
    match outcome {
        Outcome::AccessChanged(access) => Ok(access),
        Outcome::UserCreated(_) => {
            Err(Failure::Broken("an outcome of another kind is kept for this request".to_owned()))
        }
    }
}

fn must_exist(tx: &mut dyn WriteTx, user: UserId) -> Result<(), Abort<Refused>> {
    match tx.users().user(user)? {
        Some(_) => Ok(()),
        None => refuse(Refused::NotFound),
    }
}
