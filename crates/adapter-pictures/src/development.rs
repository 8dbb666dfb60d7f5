use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageResult, Rgba, RgbaImage};
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{Picture, PictureFault};
use sha2::{Digest, Sha256};
use std::sync::{PoisonError, RwLock};

use crate::decoding::Source;

/// The most pixels on a side of what is kept.
const SIDE: u32 = 512;
const JPEG_QUALITY: u8 = 85;

/// Makes the picture that is kept of an upload. Only pixels are taken over, so no metadata can be left.
///
/// What takes much memory is done alone: two of those that do not may be done at once.
pub(crate) fn develop(upload: &[u8], memory: &RwLock<()>) -> Result<Picture, PictureFault> {
    let source = Source::open(upload)?;
    let (orientation, size) = (source.orientation, source.size);
    let mut fitted = {
        let (_alone, _beside);
        if source.is_large() {
            _alone = memory.write().unwrap_or_else(PoisonError::into_inner);
        } else {
            _beside = memory.read().unwrap_or_else(PoisonError::into_inner);
        }
        fit(source.decode()?, size)
    };
    fitted.apply_orientation(orientation);
    let (format, bytes) = encode(&fitted).map_err(|_| PictureFault::Broken)?;
    Ok(Picture { name: PictureName { sha256: Sha256::digest(&bytes).into(), format }, bytes })
}

/// Fits a picture of this size, of which maybe less was decoded, into the square; it comes back with an alpha channel
/// only where some of it is transparent.
fn fit(picture: DynamicImage, size: (u32, u32)) -> DynamicImage {
    let (width, height) = fitted_size(size);
    let fits = (picture.width(), picture.height()) == (width, height);
    let fitted = if fits { picture } else { picture.resize_exact(width, height, FilterType::Lanczos3) };
    if !fitted.color().has_alpha() {
        return DynamicImage::ImageRgb8(fitted.into_rgb8());
    }
    let mut fitted = fitted.into_rgba8();
    fitted.pixels_mut().for_each(unpremultiply);
    if is_opaque(&fitted) { DynamicImage::ImageRgba8(fitted).into_rgb8().into() } else { fitted.into() }
}

fn fitted_size((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= SIDE {
        return (width, height);
    }
    let scaled = |side: u32| ((side * SIDE + longest / 2) / longest).max(1);
    (scaled(width), scaled(height))
}

fn unpremultiply(pixel: &mut Rgba<u8>) {
    let [red, green, blue, alpha] = pixel.0;
    if alpha == 0 {
        pixel.0 = [0; 4];
    } else {
        pixel.0 = [scale(red, 255, alpha), scale(green, 255, alpha), scale(blue, 255, alpha), alpha];
    }
}

/// The value times the one over the other, rounded; 255 at most.
fn scale(value: u8, times: u8, over: u8) -> u8 {
    let (value, times, over) = (u32::from(value), u32::from(times), u32::from(over));
    u8::try_from((value * times + over / 2) / over).unwrap_or(u8::MAX)
}

fn is_opaque(picture: &RgbaImage) -> bool {
    picture.pixels().all(|Rgba([_, _, _, alpha])| *alpha == u8::MAX)
}

fn encode(picture: &DynamicImage) -> ImageResult<(PictureFormat, Vec<u8>)> {
    let mut bytes = Vec::new();
    if picture.color().has_alpha() {
        picture.write_with_encoder(PngEncoder::new(&mut bytes))?;
        return Ok((PictureFormat::Png, bytes));
    }
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
    Ok((PictureFormat::Jpeg, bytes))
}

#[cfg(test)]
mod tests;
