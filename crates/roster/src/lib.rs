//! x
mod secret_file;
pub mod settings;
