//! What people do with their own account. A client's own token is nobody and has none.

mod change_account;
mod change_password;
mod end_own_session;
mod list_own_facilities;
mod list_own_sessions;
mod picture;
mod read_account;
mod read_picture;

pub use change_account::change_account;
pub use change_password::{PasswordChange, change_password};
pub use end_own_session::end_own_session;
pub use list_own_facilities::list_own_facilities;
pub use list_own_sessions::list_own_sessions;
pub use picture::{remove_picture, set_picture};
pub use read_account::{Account, read_account};
pub use read_picture::read_picture;
