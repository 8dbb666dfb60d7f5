use diesel::prelude::*;
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{Picture, StoreError, Stored};

use super::table::Table;
use crate::schema::{doomed_pictures, pictures};

const DOOMED_PICTURES: Table = Table("doomed_pictures");
const PICTURES: Table = Table("pictures");
const USERS: Table = Table("users");

/// A picture that may have to be erased.
#[derive(Queryable, Selectable)]
#[diesel(table_name = doomed_pictures)]
pub(crate) struct DoomedPictureRow {
    sha256: Vec<u8>,
    format: i16,
}

impl TryFrom<DoomedPictureRow> for PictureName {
    type Error = StoreError;

    fn try_from(row: DoomedPictureRow) -> Stored<Self> {
        picture_name(&row.sha256, row.format).ok_or(DOOMED_PICTURES.broken("format"))
    }
}

/// A picture as written.
#[derive(Insertable)]
#[diesel(table_name = pictures)]
pub(crate) struct PictureRecord<'a> {
    sha256: [u8; 32],
    format: i16,
    bytes: &'a [u8],
}

impl<'a> From<&'a Picture> for PictureRecord<'a> {
    fn from(picture: &'a Picture) -> Self {
        let PictureName { sha256, format } = picture.name;
        Self { sha256, format: format_code(format), bytes: &picture.bytes }
    }
}

/// The name of a picture that the database holds, as read.
pub(crate) fn held_name((sha256, format): (Vec<u8>, i16)) -> Stored<PictureName> {
    picture_name(&sha256, format).ok_or(PICTURES.broken("format"))
}

/// The name of a picture that a user has, as read.
pub(crate) fn referenced_name((sha256, format): (Option<Vec<u8>>, Option<i16>)) -> Stored<PictureName> {
    let name = sha256.zip(format).and_then(|(sha256, format)| picture_name(&sha256, format));
    name.ok_or(USERS.broken("picture_format"))
}

/// A format as the tables hold it.
pub(crate) const fn format_code(format: PictureFormat) -> i16 {
    match format {
        PictureFormat::Jpeg => 1,
        PictureFormat::Png => 2,
    }
}

pub(super) fn picture_name(sha256: &[u8], format: i16) -> Option<PictureName> {
    let format =
        [PictureFormat::Jpeg, PictureFormat::Png].into_iter().find(|known| format_code(*known) == format)?;
    Some(PictureName { sha256: sha256.try_into().ok()?, format })
}
