use async_trait::async_trait;
use roster_domain::PictureName;
use thiserror::Error;

/// A picture in the form in which it is kept and served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its name, from its content.
    pub name: PictureName,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An upload, as it came.
pub struct Upload {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is let go together with them: the count of whoever bounds how many are held.
    pub held: Box<dyn Send>,
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, held: Box::new(()) }
    }
}

/// Why no picture was made of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PictureFault {
    /// By its content neither JPEG nor PNG nor WebP.
    #[error("the upload is not a JPEG, PNG or WebP picture")]
    UnknownFormat,
    /// It begins like a picture and cannot be decoded.
    #[error("the picture is broken")]
    Broken,
    /// More pixels than allowed.
    #[error("the picture has more than {max} pixels on a side")]
    TooManyPixels {
        /// The most on a side.
        max: u32,
    },
    /// Too many pictures wait already: try again later.
    #[error("too many pictures wait to be decoded")]
    Busy,
}

/// Makes pictures of uploads.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PictureStudio: Send + Sync {
    /// Decodes, turns upright, drops all metadata, fits into 512×512, and encodes anew. The upload is held until
    /// its work has ended, also when nobody waits for that any more.
    async fn develop(&self, upload: Upload) -> Result<Picture, PictureFault>;
}

/// The place where pictures are kept failed. The cause is for the log.
#[derive(Debug, Error)]
#[error("pictures cannot be kept: {0}")]
pub struct PictureKeepError(pub String);

/// Held while a picture of one name is kept or erased.
pub trait PictureLock: Send {}

/// Keeps pictures under their names.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PictureKeeper: Send + Sync {
    /// Waits until nobody else keeps or erases pictures of this name, and holds that until dropped.
    async fn lock(&self, name: &PictureName) -> Result<Box<dyn PictureLock>, PictureKeepError>;

    /// Keeps a picture, durably on return. Keeping what is kept already succeeds.
    async fn keep(&self, picture: &Picture) -> Result<(), PictureKeepError>;

    /// The bytes of a picture; `None` when it is not kept.
    async fn load(&self, name: &PictureName) -> Result<Option<Vec<u8>>, PictureKeepError>;

    /// Erases a picture. Erasing what is not kept succeeds.
    async fn erase(&self, name: &PictureName) -> Result<(), PictureKeepError>;

    /// The pictures that are kept and whose names begin with this byte, in their order.
    async fn list(&self, first: u8) -> Result<Vec<PictureName>, PictureKeepError>;

    /// Whether the bytes are those that the name stands for.
    fn is_whole(&self, picture: &Picture) -> bool;
}
