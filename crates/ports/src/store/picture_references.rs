use roster_domain::PictureName;

use super::Stored;
use crate::Picture;

/// Reads who refers to which picture, and the pictures that the store holds itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadPictures {
    /// Whether any user has this picture.
    fn is_referenced(&mut self, name: &PictureName) -> Stored<bool>;

    /// At most `take` pictures that any user has, each once, in the order of their names, after this one.
    fn referenced(&mut self, after: Option<PictureName>, take: u32) -> Stored<Vec<PictureName>>;

    /// At most `take` pictures that may have to be erased.
    fn doomed(&mut self, take: u32) -> Stored<Vec<PictureName>>;

    /// The bytes of a picture that the store holds; `None` when it does not.
    fn held(&mut self, name: &PictureName) -> Stored<Option<Vec<u8>>>;

    /// The names of at most `take` pictures that the store holds, in their order, after this one.
    fn all_held(&mut self, after: Option<PictureName>, take: u32) -> Stored<Vec<PictureName>>;
}

/// Writes the list of pictures to be looked at after the transaction, and again after a crash; and the pictures that
/// the store holds itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WritePictures {
    /// Puts a picture on the list; putting it there again succeeds.
    fn doom(&mut self, name: &PictureName) -> Stored<()>;

    /// Takes it off.
    fn spare(&mut self, name: &PictureName) -> Stored<()>;

    /// Holds a picture; holding what is held already succeeds.
    fn hold(&mut self, picture: &Picture) -> Stored<()>;

    /// Lets go of the bytes of a picture; letting go of what is not held succeeds.
    fn release(&mut self, name: &PictureName) -> Stored<()>;
}
