use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageResult, Rgba, RgbaImage};
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{Picture, PictureFault};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

use crate::decoding::Source;

/// The most pixels on a side of what is kept.
const SIDE: u32 = 512;
/// From so many pixels on, a quick filter goes before the good one, which takes 16 bytes a pixel for itself.
const QUICK_ABOVE: u32 = 4 * SIDE;
const JPEG_QUALITY: u8 = 85;

/// Makes the picture that is kept of an upload. Only pixels are taken over, so no metadata can be left.
pub(crate) fn develop(upload: &[u8], large_desk: &Mutex<()>) -> Result<Picture, PictureFault> {
    let source = Source::open(upload)?;
    let orientation = source.orientation;
    let mut fitted = {
        let _alone = source.is_large().then(|| large_desk.lock().unwrap_or_else(PoisonError::into_inner));
        fit(source.decode()?)
    };
    fitted.apply_orientation(orientation);
    let (format, bytes) = encode(&fitted).map_err(|_| PictureFault::Broken)?;
    Ok(Picture { name: PictureName { sha256: Sha256::digest(&bytes).into(), format }, bytes })
}

/// Fits a picture into the square; it comes back with an alpha channel only where some of it is transparent.
fn fit(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(shrink(picture).into_rgb8());
    }
    let mut picture = picture.into_rgba8();
    // What is transparent must not shine through at the edges, nor be there to be found at all.
    picture.pixels_mut().for_each(premultiply);
    let mut fitted = shrink(DynamicImage::ImageRgba8(picture)).into_rgba8();
    fitted.pixels_mut().for_each(unpremultiply);
    if is_opaque(&fitted) { DynamicImage::ImageRgba8(fitted).into_rgb8().into() } else { fitted.into() }
}

fn shrink(picture: DynamicImage) -> DynamicImage {
    let longest = |picture: &DynamicImage| picture.width().max(picture.height());
    let picture =
        if longest(&picture) > QUICK_ABOVE { picture.thumbnail(2 * SIDE, 2 * SIDE) } else { picture };
    if longest(&picture) > SIDE { picture.resize(SIDE, SIDE, FilterType::Lanczos3) } else { picture }
}

fn premultiply(pixel: &mut Rgba<u8>) {
    let [red, green, blue, alpha] = pixel.0;
    pixel.0 = [scale(red, alpha, 255), scale(green, alpha, 255), scale(blue, alpha, 255), alpha];
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
