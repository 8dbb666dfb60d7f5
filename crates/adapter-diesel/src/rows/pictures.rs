use diesel::prelude::*;
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{StoreError, Stored};

use super::table::Table;
use crate::schema::doomed_pictures;

const DOOMED_PICTURES: Table = Table("doomed_pictures");

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
