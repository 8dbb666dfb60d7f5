use image::DynamicImage;
use image::metadata::Orientation;
use png::{ColorType, DecodingError, Limits, Reader, Transformations};
use roster_ports::PictureFault;
use std::io::Cursor;

use super::reducer::{Reducer, premultiplied};
use super::{TOO_MANY_PIXELS, refuse_too_many};

/// The most bytes that a decoder may take for metadata and for one row.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A PNG that is read row by row.
pub(super) struct PngRows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
}

impl<'a> PngRows<'a> {
    /// Reads the head.
    pub(super) fn open(upload: &'a [u8]) -> Result<Self, PictureFault> {
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(upload), Limits { bytes: MAX_BYTES });
        // What inflates is not even read.
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let head = decoder.read_header_info().map_err(|error| fault(&error))?;
        refuse_too_many((head.width, head.height))?;
        Ok(Self { reader: decoder.read_info().map_err(|error| fault(&error))? })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        self.reader.info().size()
    }

    pub(super) fn orientation(&self) -> Orientation {
        let exif = self.reader.info().exif_metadata.as_deref();
        exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
    }

    pub(super) fn decode(mut self) -> Result<DynamicImage, PictureFault> {
        let (color, _) = self.reader.output_color_type();
        let has_alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
        let mut reducer = Reducer::new(self.size(), has_alpha);
        for (y, columns) in rows(self.size(), self.reader.info().interlaced) {
            let row = self.reader.next_row().map_err(|error| fault(&error))?.ok_or(PictureFault::Broken)?;
            let row = row.data();
            match color {
                ColorType::Grayscale => {
                    reducer.take(y, columns, row.iter().map(|grey| [*grey, *grey, *grey, 255]));
                }
                ColorType::GrayscaleAlpha => {
                    let pixels = row.as_chunks::<2>().0.iter();
                    reducer.take(
                        y,
                        columns,
                        pixels.map(|[grey, alpha]| premultiplied([*grey, *grey, *grey, *alpha])),
                    );
                }
                ColorType::Rgb => {
                    let pixels = row.as_chunks::<3>().0.iter();
                    reducer.take(y, columns, pixels.map(|[red, green, blue]| [*red, *green, *blue, 255]));
                }
                ColorType::Rgba => {
                    reducer.take(y, columns, row.as_chunks::<4>().0.iter().copied().map(premultiplied));
                }
                ColorType::Indexed => return Err(PictureFault::Broken),
            }
        }
        // Only then the checksum of the last row was looked at.
        self.reader.next_row().map_err(|error| fault(&error))?;
        Ok(reducer.finish())
    }
}

/// The rows in the order of the file: where each stands, its first column, and the step to the next one.
fn rows((width, height): (u32, u32), is_interlaced: bool) -> Vec<(u32, (u32, u32))> {
    /// First column and row, step across and down (PNG, 8.2).
    const ADAM7: [(u32, u32, u32, u32); 7] =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    if !is_interlaced {
        return (0..height).map(|y| (y, (0, 1))).collect();
    }
    let of_pass = |(x, y, across, down): (u32, u32, u32, u32)| {
        // Passes without columns have no rows in the file.
        let rows = if x < width { y..height } else { 0..0 };
        rows.step_by(usize::try_from(down).unwrap_or(1)).map(move |row| (row, (x, across)))
    };
    ADAM7.into_iter().flat_map(of_pass).collect()
}

fn fault(error: &DecodingError) -> PictureFault {
    match error {
        DecodingError::LimitsExceeded => TOO_MANY_PIXELS,
        _ => PictureFault::Broken,
    }
}
