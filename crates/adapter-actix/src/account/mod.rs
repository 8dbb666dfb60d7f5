//! The account API: `/user…`.

pub(crate) mod change_account;
pub(crate) mod change_password;
pub(crate) mod list_own_facilities;
pub(crate) mod phone_number;
pub(crate) mod picture;
pub(crate) mod read_account;
pub(crate) mod sessions;
