//! What a disk may hold after the power failed: a [`Recorder`] under the real binary, and the [`Disk`] that is played from
//! its [`Recording`] up to any moment.

mod content;
mod disk;
mod folder;
mod recorder;
mod recording;

pub use disk::{Disk, Flushes};
pub use recorder::Recorder;
pub use recording::Recording;
