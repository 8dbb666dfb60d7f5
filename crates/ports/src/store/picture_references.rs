use roster_domain::PictureName;

use super::Stored;

/// Reads who refers to which picture.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadPictures {
    /// Whether any user has this picture.
    fn is_referenced(&mut self, name: &PictureName) -> Stored<bool>;

    /// At most `take` pictures that may have to be erased.
    fn doomed(&mut self, take: u32) -> Stored<Vec<PictureName>>;
}

/// Writes the list of pictures to be looked at after the transaction, and again after a crash.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WritePictures {
    /// Puts a picture on the list; putting it there again succeeds.
    fn doom(&mut self, name: &PictureName) -> Stored<()>;

    /// Takes it off.
    fn spare(&mut self, name: &PictureName) -> Stored<()>;
}
