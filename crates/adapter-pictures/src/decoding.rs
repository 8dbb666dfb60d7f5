use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, guess_format};
use roster_ports::PictureFault;
use std::io::Cursor;

use crate::claims_of_files::{jpeg_is_whole, longest_vp8_side};

/// The most pixels on a side.
const MAX_SIDE: u32 = 4096;

/// The most bytes of pixels: 4096×4096 in 8-bit RGBA. Pictures of 16 bits and animations must be smaller.
const MAX_PIXEL_BYTES: u64 = 64 * 1024 * 1024;

/// The most bytes that the metadata of a PNG may inflate to.
const MAX_METADATA_BYTES: u64 = 4 * 1024 * 1024;

/// Beyond so many bytes of pixels a picture counts as large.
const LARGE: u64 = 16 * 1024 * 1024;

/// An upload whose head was read and whose size was found good, before any memory was taken for its pixels.
pub(crate) struct Source<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    /// How the pixels must be turned to stand upright.
    pub(crate) orientation: Orientation,
}

impl<'a> Source<'a> {
    /// Reads the head of a JPEG, PNG or WebP, recognised by its content.
    pub(crate) fn open(upload: &'a [u8]) -> Result<Self, PictureFault> {
        let mut decoder = decoder(upload)?;
        let (width, height) = decoder.dimensions();
        if width.max(height) > MAX_SIDE || decoder.total_bytes() > MAX_PIXEL_BYTES {
            return Err(TOO_MANY_PIXELS);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        Ok(Self { decoder, orientation })
    }

    /// Whether decoding it takes so much memory that it should be done alone.
    pub(crate) fn is_large(&self) -> bool {
        self.decoder.total_bytes() > LARGE
    }

    /// The pixels, as they lie in the file; of an animation, the first picture.
    pub(crate) fn decode(self) -> Result<DynamicImage, PictureFault> {
        DynamicImage::from_decoder(self.decoder).map_err(|error| fault(&error))
    }
}

const TOO_MANY_PIXELS: PictureFault = PictureFault::TooManyPixels { max: MAX_SIDE };

fn decoder(upload: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, PictureFault> {
    let file = Cursor::new(upload);
    let decoder: Result<Box<dyn ImageDecoder + '_>, ImageError> = match guess_format(upload) {
        Ok(ImageFormat::Jpeg) if !jpeg_is_whole(upload) => return Err(PictureFault::Broken),
        Ok(ImageFormat::Jpeg) => JpegDecoder::new(file).map(|decoder| Box::new(decoder) as _),
        Ok(ImageFormat::Png) => PngDecoder::with_limits(file, limits()).map(|decoder| Box::new(decoder) as _),
        Ok(ImageFormat::WebP) => return webp(upload),
        Ok(_) | Err(_) => return Err(PictureFault::UnknownFormat),
    };
    decoder.map_err(|error| fault(&error))
}

fn webp(upload: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, PictureFault> {
    if u32::from(longest_vp8_side(upload)) > MAX_SIDE {
        return Err(TOO_MANY_PIXELS);
    }
    let decoder = WebPDecoder::new(Cursor::new(upload)).map_err(|error| fault(&error))?;
    // Beside the answer, the decoder of animations keeps a canvas and a frame.
    let copies = if decoder.has_animation() { 3 } else { 1 };
    if decoder.total_bytes() > MAX_PIXEL_BYTES / copies {
        return Err(TOO_MANY_PIXELS);
    }
    Ok(Box::new(decoder))
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_METADATA_BYTES);
    limits
}

fn fault(error: &ImageError) -> PictureFault {
    match error {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => TOO_MANY_PIXELS,
        _ => PictureFault::Broken,
    }
}
