//! The organisation's people.

mod change_user;
mod create_user;
mod delete_user;
mod end_sessions;
mod list_users;
mod profile;
mod read_user;
mod set_password;

pub use change_user::{UserChanges, change_user, prove_own_address};
pub use create_user::create_user;
pub use delete_user::delete_user;
pub use end_sessions::end_sessions;
pub use list_users::{DirectoryPage, ListUsers, Start, list_users};
pub use profile::{Disclosure, Profile};
pub use read_user::{read_own_profile, read_user};
pub use set_password::{NewPassword, set_password};

use roster_domain::permission::{Caller, Target};
use roster_domain::{User, UserId};
use roster_ports::{Abort, WriteTx};

use crate::Refused;
use crate::refused::refuse;

/// Whether a call is about the caller. An id that is no UUID counts as another's.
pub(crate) fn target_of(caller: &Caller, user: Option<UserId>) -> Target {
    user.map_or(Target::Another, |user| caller.target(user))
}

/// Refuses to let the last administrator who can sign in go.
fn keep_an_administrator(
    tx: &mut dyn WriteTx,
    before: &User,
    after: Option<&User>,
) -> Result<(), Abort<Refused>> {
    let goes = before.is_active_administrator() && !after.is_some_and(User::is_active_administrator);
    if goes && !tx.users().another_administrator(before.id)? {
        return refuse(Refused::LastAdministrator);
    }
    Ok(())
}
