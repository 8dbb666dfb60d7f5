use image::DynamicImage;
use image_webp::WebPDecoder;
use image_webp::vp8::{Frame, Vp8Decoder};
use roster_ports::PictureFault;
use std::io::Cursor;

use super::lossless_codes;
use super::lossless_file::LosslessFile;
use super::reducer::{Reducer, premultiplied};
use super::webp_chunks::{WebpData, WebpPicture};

/// The most bytes that the codes of a VP8L stream may take, beside its pixels: those of a few hundred groups.
const CODES: u64 = 12 * 1024 * 1024;

/// How many bytes the pixels take while they are decoded: four a pixel where something is told without loss, else a and a half.
pub(super) fn room(picture: &WebpPicture<'_>) -> u64 {
    let pixels = u64::from(picture.size.0) * u64::from(picture.size.1);
    match &picture.data {
        WebpData::Lossy { alpha: None, .. } => pixels * 3 / 2,
        WebpData::Lossy { alpha: Some(_), .. } | WebpData::Lossless { .. } => pixels * 4,
    }
}

/// Decodes a picture and reduces it. The decoder of whole files would keep up to ten bytes a pixel, so it is handed the
/// parts one after the other.
pub(super) fn decode(picture: &WebpPicture<'_>) -> Result<DynamicImage, PictureFault> {
    let mut reducer = Reducer::new(picture.canvas, picture.has_alpha());
    let (from, width) = ((picture.place.0, 1), width(picture));
    match &picture.data {
        WebpData::Lossless { stream, has_alpha } => {
            let pixels = lossless(stream.get(5..).unwrap_or_default(), picture.size)?;
            let opaque = if *has_alpha { 0 } else { 255 };
            for (y, row) in (picture.place.1..).zip(pixels.chunks_exact(width * 4)) {
                let pixels = row.as_chunks::<4>().0.iter();
                let pixels = pixels.map(|[red, green, blue, alpha]| [*red, *green, *blue, *alpha | opaque]);
                reducer.take(y, from, pixels.map(premultiplied));
            }
        }
        WebpData::Lossy { frame, alpha: None } => {
            for (y, row) in (picture.place.1..).zip(rows(&lossy(frame)?)) {
                reducer.take(y, from, row.map(|[red, green, blue]| [red, green, blue, 255]));
            }
        }
        WebpData::Lossy { frame, alpha: Some(chunk) } => {
            // Before there is a frame, as it takes more than both together.
            let alpha = alpha_plane(chunk, picture)?;
            let frame = lossy(frame)?;
            for ((y, row), alpha) in (picture.place.1..).zip(rows(&frame)).zip(alpha.chunks_exact(width)) {
                let pixels = row.zip(alpha).map(|([red, green, blue], alpha)| [red, green, blue, *alpha]);
                reducer.take(y, from, pixels.map(premultiplied));
            }
        }
    }
    Ok(reducer.finish())
}

fn width(picture: &WebpPicture<'_>) -> usize {
    usize::try_from(picture.size.0).unwrap_or_default()
}

/// The pixels of a VP8L stream without its head, with whatever alpha it tells. They have four bytes each, whether or not
/// alpha is used: the decoder would make a copy of three.
fn lossless(content: &[u8], size: (u32, u32)) -> Result<Vec<u8>, PictureFault> {
    let codes = lossless_codes::memory(content, size, CODES).ok_or(PictureFault::Broken)?;
    if codes > CODES {
        return Err(PictureFault::Broken);
    }
    let file = LosslessFile::new(content, size).ok_or(PictureFault::Broken)?;
    let mut decoder = WebPDecoder::new(file).map_err(|_| PictureFault::Broken)?;
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(PictureFault::Broken)?];
    decoder.read_image(&mut pixels).map_err(|_| PictureFault::Broken)?;
    Ok(pixels)
}

/// Alpha of each pixel (RFC 9649, 2.7.1.2).
fn alpha_plane(chunk: &[u8], picture: &WebpPicture<'_>) -> Result<Vec<u8>, PictureFault> {
    let (head, content) = chunk.split_first().ok_or(PictureFault::Broken)?;
    let width = width(picture);
    let count = width * usize::try_from(picture.size.1).unwrap_or_default();
    let mut plane = match head & 0x03 {
        0 => content.get(..count).ok_or(PictureFault::Broken)?.to_vec(),
        // A VP8L stream without its head, of which green counts.
        1 => {
            let mut pixels = lossless(content, picture.size)?;
            for at in 0..count {
                if let Some(green) = pixels.get(at * 4 + 1).copied()
                    && let Some(value) = pixels.get_mut(at)
                {
                    *value = green;
                }
            }
            pixels.truncate(count);
            pixels.shrink_to_fit();
            pixels
        }
        _ => return Err(PictureFault::Broken),
    };
    let filter = head >> 2 & 0x03;
    for at in 0..count {
        let before = |distance: usize| at.checked_sub(distance).and_then(|at| plane.get(at)).copied();
        let predicted =
            predicted(filter, at % width == 0, at < width, before(1), before(width), before(width + 1));
        if let Some(value) = plane.get_mut(at) {
            *value = value.wrapping_add(predicted);
        }
    }
    Ok(plane)
}

/// What a filter expects a value to be, from those to the left, above, and to the left above.
fn predicted(
    filter: u8,
    is_first_of_row: bool,
    is_in_first_row: bool,
    left: Option<u8>,
    above: Option<u8>,
    corner: Option<u8>,
) -> u8 {
    let (left, above) = (left.unwrap_or_default(), above.unwrap_or_default());
    match (filter, is_first_of_row, is_in_first_row) {
        (0, ..) | (_, true, true) => 0,
        (1 | 3, true, false) | (2, _, false) => above,
        (1, false, _) | (2 | 3, false, true) => left,
        _ => {
            let sum = i16::from(left) + i16::from(above) - i16::from(corner.unwrap_or_default());
            u8::try_from(sum.clamp(0, 255)).unwrap_or_default()
        }
    }
}

fn lossy(frame: &[u8]) -> Result<Frame, PictureFault> {
    Vp8Decoder::decode_frame(Cursor::new(frame)).map_err(|_| PictureFault::Broken)
}

/// The rows of a frame, whose planes have whole blocks of sixteen by sixteen.
fn rows<'a>(frame: &'a Frame) -> impl Iterator<Item = impl Iterator<Item = [u8; 3]>> {
    let width = usize::from(frame.width);
    let stride = width.div_ceil(16) * 16;
    // Each row and each value of colour is for two of brightness.
    let colour = move |plane: &'a [u8]| plane.chunks_exact(stride / 2).flat_map(|row| [row, row]);
    let rows = frame.ybuf.chunks_exact(stride).zip(colour(&frame.ubuf)).zip(colour(&frame.vbuf));
    rows.take(frame.height.into()).map(move |((luma, u), v)| {
        let colours = u.iter().zip(v).flat_map(|pair| [pair, pair]);
        luma.iter().zip(colours).take(width).map(|(y, (u, v))| rgb(*y, *u, *v))
    })
}

/// As the reference decoder computes it, in 64ths.
fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let part = |value: u8, factor: i32| (i32::from(value) * factor) >> 8;
    let byte = |value: i32| u8::try_from((value >> 6).clamp(0, 255)).unwrap_or(u8::MAX);
    let y = part(y, 19_077);
    [
        byte(y + part(v, 26_149) - 14_234),
        byte(y - part(u, 6_419) - part(v, 13_320) + 8_708),
        byte(y + part(u, 33_050) - 17_685),
    ]
}
