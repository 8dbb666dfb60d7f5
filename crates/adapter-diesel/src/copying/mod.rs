//! Copies everything from one database to another, whichever they are.
//!
//! Rows are read in the order of their keys, within one snapshot of the source, and inserted a piece at a time. So what is
//! there already tells where an interrupted copy goes on; that it is one, and of which source, a table of the target
//! tells, which keeps services from starting there and goes when all is compared.

mod checksum;
mod compared;
mod copy_end;
mod copy_error;
mod database_copy;
mod rows;
mod side;

pub use checksum::Summary;
pub use compared::Compared;
pub use copy_end::CopyEnd;
pub use copy_error::CopyError;
pub use database_copy::DatabaseCopy;
pub(crate) use rows::{
    AccessCopy, AttemptCopy, ClientCopy, CredentialCopy, DoomedPictureCopy, EventCopy, KeptOutcomeCopy,
    MasterSecretCopy, PictureCopy, RefreshTokenCopy, SessionCopy, SignInCopy, SigningKeyCopy, UserCopy,
};
pub(crate) use side::{NameColumns, Shelf, Side};

/// Calls a method with the row of each table but the pictures, whoever is referred to first.
macro_rules! each_table {
    ($copy:ident.$method:ident($($argument:expr),*)) => {{
        $copy.$method::<UserCopy>($($argument),*)?;
        $copy.$method::<SignInCopy>($($argument),*)?;
        $copy.$method::<CredentialCopy>($($argument),*)?;
        $copy.$method::<AccessCopy>($($argument),*)?;
        $copy.$method::<ClientCopy>($($argument),*)?;
        $copy.$method::<SessionCopy>($($argument),*)?;
        $copy.$method::<RefreshTokenCopy>($($argument),*)?;
        $copy.$method::<AttemptCopy>($($argument),*)?;
        $copy.$method::<SigningKeyCopy>($($argument),*)?;
        $copy.$method::<MasterSecretCopy>($($argument),*)?;
        $copy.$method::<DoomedPictureCopy>($($argument),*)?;
        $copy.$method::<KeptOutcomeCopy>($($argument),*)?;
        $copy.$method::<EventCopy>($($argument),*)?;
    }};
}
use each_table;

/// The table that is filled from elsewhere too.
pub(crate) const PICTURES: &str = "pictures";

/// The same tables, whoever refers to others first.
pub(crate) const CLEAR: [&str; 13] = [
    "events",
    "kept_outcomes",
    "doomed_pictures",
    "master_secrets",
    "signing_keys",
    "login_attempts",
    "refresh_tokens",
    "sessions",
    "clients",
    "facility_access",
    "credentials",
    "sign_in_statistics",
    "users",
];
