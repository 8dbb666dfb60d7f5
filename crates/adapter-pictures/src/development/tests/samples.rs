use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ColorType, DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

/// A picture with some detail in it.
pub(super) fn gradient(width: u32, height: u32) -> DynamicImage {
    let shade = |value: u32| u8::try_from(value % 256).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([shade(x / 2), shade(y / 2), shade(x * y / 64)])).into()
}

/// A grey square, opaque, of pixels of this type.
pub(super) fn opaque(color: ColorType) -> DynamicImage {
    let grey: DynamicImage = RgbImage::from_pixel(16, 16, Rgb([120; 3])).into();
    match color {
        ColorType::L8 => grey.into_luma8().into(),
        ColorType::L16 => grey.into_luma16().into(),
        ColorType::La8 => grey.into_luma_alpha8().into(),
        ColorType::La16 => grey.into_luma_alpha16().into(),
        ColorType::Rgb16 => grey.into_rgb16().into(),
        ColorType::Rgba8 => grey.into_rgba8().into(),
        ColorType::Rgba16 => grey.into_rgba16().into(),
        _ => grey,
    }
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 95)),
        ImageFormat::WebP => picture.write_with_encoder(WebPEncoder::new_lossless(&mut file)),
        _ => picture.write_to(&mut file, format),
    }
    .unwrap();
    file.into_inner()
}

/// A JPEG segment: marker, length, content.
pub(super) fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), content].concat()
}

/// The JPEG with segments put right behind its start.
pub(super) fn with_segments(jpeg: &[u8], segments: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    [start, segments, rest].concat()
}

/// A PNG chunk: length, type, content, checksum.
pub(super) fn png_chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let summed = [kind, content].concat();
    [&length.to_be_bytes()[..], &summed, &crc(&summed).to_be_bytes()].concat()
}

/// The PNG with chunks put right behind its header.
pub(super) fn with_chunks(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    let (header, rest) = png.split_at(33);
    [header, chunks, rest].concat()
}

/// A PNG of which nothing but the header is there.
pub(super) fn png_header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &header),
        png_chunk(b"IDAT", b""),
        png_chunk(b"IEND", b""),
    ]
    .concat()
}

/// A chunk of a RIFF file: type, length, content, padding.
pub(super) fn riff_chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let padding = if content.len() % 2 == 1 { &b"\0"[..] } else { b"" };
    [kind, &length.to_le_bytes(), content, padding].concat()
}

/// An extended WebP: flags and size of the canvas, then these chunks.
pub(super) fn extended_webp(flags: u8, width: u32, height: u32, chunks: &[u8]) -> Vec<u8> {
    let size = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let canvas = [vec![flags, 0, 0, 0], size(width), size(height)].concat();
    riff_chunk(b"RIFF", &[b"WEBP", &riff_chunk(b"VP8X", &canvas)[..], chunks].concat())
}

/// The chunk that holds the pixels of a simple WebP.
pub(super) fn pixels_of_webp(webp: &[u8]) -> &[u8] {
    webp.split_at(12).1
}

/// An EXIF block with this orientation, and a place that nobody may learn.
pub(super) fn exif(orientation: u8, place: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let description = entry(0x010e, 2, u32::try_from(place.len()).unwrap(), 38);
    let entries = [description, entry(0x0112, 3, 1, orientation.into())].concat();
    [b"II*\0\x08\0\0\0\x02\0", &entries[..], &[0; 4], place].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}
