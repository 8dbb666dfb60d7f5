//! Who may do what at a facility. Facilities belong to other services: any UUID is one.

mod change_access;
mod list_facility_access;
mod list_user_access;

pub use change_access::{GiveAccess, RemoveAccess, give_access, remove_access};
pub use list_facility_access::list_facility_access;
pub use list_user_access::list_user_access;
