//! Backups of everything, what becomes of them where they are restored, and looking whether everything is whole.
//!
//! Those that need neither clock nor secret take the few ports that they need.

mod back_up;
mod check_pictures;
mod check_secrets;
mod settle_pictures;

pub use back_up::{NotBackedUp, back_up};
pub use check_pictures::{PicturesFound, check_pictures};
pub use check_secrets::{SecretsFound, check_secrets};
pub use settle_pictures::{Settled, settle_pictures};
