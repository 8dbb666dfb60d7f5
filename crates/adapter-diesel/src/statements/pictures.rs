use diesel::dsl::exists;
use diesel::prelude::*;
use roster_domain::PictureName;
use roster_ports::{ReadPictures, Stored, WritePictures};

use super::Transaction;
use crate::rows::{DoomedPictureRow, format_code};
use crate::schema::{doomed_pictures, users};

impl ReadPictures for Transaction<'_> {
    fn is_referenced(&mut self, name: &PictureName) -> Stored<bool> {
        let holders = users::table
            .filter(users::picture_sha256.eq(name.sha256))
            .filter(users::picture_format.eq(format_code(name.format)));
        self.run(|connection| diesel::select(exists(holders)).get_result(connection))
    }

    fn doomed(&mut self, take: u32) -> Stored<Vec<PictureName>> {
        let rows = self.run(|connection| {
            doomed_pictures::table
                .order((doomed_pictures::sha256.asc(), doomed_pictures::format.asc()))
                .limit(i64::from(take))
                .select(DoomedPictureRow::as_select())
                .load(connection)
        })?;
        rows.into_iter().map(PictureName::try_from).collect()
    }
}

impl WritePictures for Transaction<'_> {
    fn doom(&mut self, name: &PictureName) -> Stored<()> {
        self.run(|connection| {
            diesel::insert_into(doomed_pictures::table)
                .values((
                    doomed_pictures::sha256.eq(name.sha256),
                    doomed_pictures::format.eq(format_code(name.format)),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
        })?;
        Ok(())
    }

    fn spare(&mut self, name: &PictureName) -> Stored<()> {
        let on_list = doomed_pictures::table
            .filter(doomed_pictures::sha256.eq(name.sha256))
            .filter(doomed_pictures::format.eq(format_code(name.format)));
        self.run(|connection| diesel::delete(on_list).execute(connection))?;
        Ok(())
    }
}
