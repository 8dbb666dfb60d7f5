use diesel::dsl::{Distinct, IntoBoxed, Select, exists, not};
use diesel::prelude::*;
use roster_domain::PictureName;
use roster_ports::{Picture, ReadPictures, Stored, WritePictures};

use super::{Database, Transaction};
use crate::rows::{DoomedPictureRow, PictureRecord, format_code, held_name, referenced_name};
use crate::schema::{doomed_pictures, pictures, users};

type Names = Distinct<Select<users::table, (users::picture_sha256, users::picture_format)>>;

/// The names of the pictures that users have, each once and in order, after one of them.
pub(in super::super) fn referenced_names(
    after: Option<PictureName>,
    take: u32,
) -> IntoBoxed<'static, Names, Database> {
    let mut names = users::table
        .select((users::picture_sha256, users::picture_format))
        .distinct()
        .into_boxed()
        .filter(users::picture_sha256.is_not_null())
        .order((users::picture_sha256.asc(), users::picture_format.asc()))
        .limit(i64::from(take));
    if let Some(PictureName { sha256, format }) = after {
        // The first condition lets the index find the place; the second is exact.
        let later = users::picture_format.gt(format_code(format));
        names =
            names.filter(users::picture_sha256.ge(sha256)).filter(users::picture_sha256.gt(sha256).or(later));
    }
    names
}

/// Those of them of which the database does not hold the picture itself.
pub(in super::super) fn lacking_names(
    after: Option<PictureName>,
    take: u32,
) -> IntoBoxed<'static, Names, Database> {
    let held = pictures::table
        .filter(pictures::sha256.nullable().eq(users::picture_sha256))
        .filter(pictures::format.nullable().eq(users::picture_format));
    referenced_names(after, take).filter(not(exists(held)))
}

impl ReadPictures for Transaction<'_> {
    fn is_referenced(&mut self, name: &PictureName) -> Stored<bool> {
        let holders = users::table
            .filter(users::picture_sha256.eq(name.sha256))
            .filter(users::picture_format.eq(format_code(name.format)));
        self.run(|connection| diesel::select(exists(holders)).get_result(connection))
    }

    fn referenced(&mut self, after: Option<PictureName>, take: u32) -> Stored<Vec<PictureName>> {
        let names = referenced_names(after, take);
        let rows = self.run(|connection| names.load(connection))?;
        rows.into_iter().map(referenced_name).collect()
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

    fn held(&mut self, name: &PictureName) -> Stored<Option<Vec<u8>>> {
        let picture = pictures::table.find((name.sha256, format_code(name.format)));
        self.run(|connection| picture.select(pictures::bytes).get_result(connection).optional())
    }

    fn all_held(&mut self, after: Option<PictureName>, take: u32) -> Stored<Vec<PictureName>> {
        let mut names = pictures::table
            .order((pictures::sha256.asc(), pictures::format.asc()))
            .limit(i64::from(take))
            .select((pictures::sha256, pictures::format))
            .into_boxed();
        if let Some(PictureName { sha256, format }) = after {
            let later = pictures::format.gt(format_code(format));
            names = names.filter(pictures::sha256.ge(sha256)).filter(pictures::sha256.gt(sha256).or(later));
        }
        let rows = self.run(|connection| names.load(connection))?;
        rows.into_iter().map(held_name).collect()
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

    fn hold(&mut self, picture: &Picture) -> Stored<()> {
        let record = PictureRecord::from(picture);
        self.run(|connection| {
            diesel::insert_into(pictures::table).values(record).on_conflict_do_nothing().execute(connection)
        })?;
        Ok(())
    }

    fn release(&mut self, name: &PictureName) -> Stored<()> {
        let held = pictures::table.find((name.sha256, format_code(name.format)));
        self.run(|connection| diesel::delete(held).execute(connection))?;
        Ok(())
    }
}
