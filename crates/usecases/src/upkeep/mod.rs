//! Background duties. Each does a bounded piece of work per call, so that it never holds the writer long.

mod erase_pictures;
mod number_events;
mod ready;
mod remove_keys;
mod sweep_attempts;
mod sweep_outcomes;
mod sweep_sessions;
mod wipe_successors;

pub(crate) use erase_pictures::erase_former;
pub use erase_pictures::erase_pictures;
pub use number_events::number_events;
pub use ready::ready;
pub use remove_keys::remove_keys;
pub use sweep_attempts::sweep_attempts;
pub use sweep_outcomes::sweep_outcomes;
pub use sweep_sessions::sweep_sessions;
pub use wipe_successors::wipe_successors;
