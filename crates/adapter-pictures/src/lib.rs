//! Pictures: decoded, turned upright, stripped of metadata, fitted, encoded anew, and kept in a folder.

mod claims_of_files;
mod coarse_jpeg;
mod decoding;
mod development;
mod folder;
mod name_locks;
mod studio;

pub use folder::PictureFolder;
pub use studio::ImageStudio;
