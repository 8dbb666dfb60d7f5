//! The directory API: `/users…`.

pub(crate) mod change_user;
pub(crate) mod create_user;
pub(crate) mod delete_user;
pub(crate) mod end_sessions;
pub(crate) mod list_users;
pub(crate) mod read_user;
pub(crate) mod set_password;
