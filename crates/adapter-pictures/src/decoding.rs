mod lossless_codes;
mod lossless_file;
mod png_rows;
mod reducer;
mod webp_chunks;
mod webp_pixels;

use image::codecs::jpeg::JpegDecoder;
use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, guess_format};
use roster_ports::PictureFault;
use std::io::Cursor;

use crate::claims_of_files::jpeg_is_whole;
use crate::coarse_jpeg;
use png_rows::PngRows;
use webp_chunks::WebpPicture;

/// The most pixels on a side.
const MAX_SIDE: u32 = 4096;

/// From so many pixels on a side on, a JPEG is read coarsely, as its pixels take much more room than what is kept.
const COARSE_JPEG_FROM: u32 = 2048;

/// An upload whose head was read and whose size was found good, before any memory was taken for its pixels.
pub(crate) struct Source<'a> {
    pixels: Pixels<'a>,
    /// Width and height, as they lie in the file.
    pub(crate) size: (u32, u32),
    /// How the pixels must be turned to stand upright.
    pub(crate) orientation: Orientation,
}

enum Pixels<'a> {
    SmallJpeg(Box<JpegDecoder<Cursor<&'a [u8]>>>),
    LargeJpeg(&'a [u8]),
    Png(Box<PngRows<'a>>),
    Webp(WebpPicture<'a>),
}

impl<'a> Source<'a> {
    /// Reads the head of a JPEG, PNG or WebP, recognised by its content.
    pub(crate) fn open(upload: &'a [u8]) -> Result<Self, PictureFault> {
        match guess_format(upload) {
            Ok(ImageFormat::Jpeg) => jpeg(upload),
            Ok(ImageFormat::Png) => {
                let rows = PngRows::open(upload)?;
                let (size, orientation) = (rows.size(), rows.orientation());
                Ok(Self { pixels: Pixels::Png(Box::new(rows)), size, orientation })
            }
            Ok(ImageFormat::WebP) => {
                let picture = WebpPicture::open(upload)?;
                let (size, orientation) = (picture.canvas, picture.orientation);
                Ok(Self { pixels: Pixels::Webp(picture), size, orientation })
            }
            Ok(_) | Err(_) => Err(PictureFault::UnknownFormat),
        }
    }

    /// Whether decoding it takes so much memory that nothing else should be decoded beside it: more than two
    /// others together may.
    pub(crate) fn is_large(&self) -> bool {
        match &self.pixels {
            Pixels::SmallJpeg(_) | Pixels::LargeJpeg(_) | Pixels::Png(_) => false,
            Pixels::Webp(picture) => webp_pixels::room(picture) > 20 * 1024 * 1024,
        }
    }

    /// The pixels, as they lie in the file, maybe reduced to no less than 768 on the longer side. Where some are
    /// transparent, their colours are multiplied by their alpha. Of an animation it is the first picture.
    pub(crate) fn decode(self) -> Result<DynamicImage, PictureFault> {
        match self.pixels {
            Pixels::SmallJpeg(decoder) => DynamicImage::from_decoder(*decoder).map_err(|error| fault(&error)),
            Pixels::LargeJpeg(upload) => {
                coarse_jpeg::read(upload).map(DynamicImage::from).map_err(|_| PictureFault::Broken)
            }
            Pixels::Png(rows) => rows.decode(),
            Pixels::Webp(picture) => webp_pixels::decode(&picture),
        }
    }
}

const TOO_MANY_PIXELS: PictureFault = PictureFault::TooManyPixels { max: MAX_SIDE };

fn refuse_too_many((width, height): (u32, u32)) -> Result<(), PictureFault> {
    if width.max(height) > MAX_SIDE { Err(TOO_MANY_PIXELS) } else { Ok(()) }
}

fn jpeg(upload: &[u8]) -> Result<Source<'_>, PictureFault> {
    if !jpeg_is_whole(upload) {
        return Err(PictureFault::Broken);
    }
    let mut decoder = JpegDecoder::new(Cursor::new(upload)).map_err(|error| fault(&error))?;
    let size = decoder.dimensions();
    refuse_too_many(size)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let is_large = size.0.max(size.1) >= COARSE_JPEG_FROM;
    let pixels = if is_large { Pixels::LargeJpeg(upload) } else { Pixels::SmallJpeg(Box::new(decoder)) };
    Ok(Source { pixels, size, orientation })
}

fn fault(error: &ImageError) -> PictureFault {
    match error {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => TOO_MANY_PIXELS,
        _ => PictureFault::Broken,
    }
}

#[cfg(test)]
mod tests;
