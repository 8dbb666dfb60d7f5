//! Background duties. Each does a bounded piece of work per call, so that it never holds the writer long.

mod erase_pictures;
mod ready;
mod sweep_sessions;

pub(crate) use erase_pictures::erase_former;
pub use erase_pictures::erase_pictures;
pub use ready::ready;
pub use sweep_sessions::sweep_sessions;
