use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rstest::rstest;

use super::developed;
use super::samples::{
    encoded, exif, extended_webp, gradient, pixels_of_webp, png_chunk, riff_chunk, segment, with_chunks,
    with_segments,
};

const SECRET: &[u8] = b"48.8584 N 2.2945 E";

/// Wide, and red in the upper left quarter.
fn flag() -> DynamicImage {
    RgbImage::from_fn(80, 40, |x, y| if x < 40 && y < 20 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) })
        .into()
}

fn jpeg_with(metadata: &[u8], picture: &DynamicImage) -> Vec<u8> {
    with_segments(&encoded(picture, ImageFormat::Jpeg), metadata)
}

fn jpeg_exif(orientation: u8) -> Vec<u8> {
    segment(0xe1, &[b"Exif\0\0", &exif(orientation, SECRET)[..]].concat())
}

fn webp_with(kind: &[u8], flag: u8, content: &[u8], picture: &DynamicImage) -> Vec<u8> {
    let webp = encoded(picture, ImageFormat::WebP);
    let chunks = [pixels_of_webp(&webp), &riff_chunk(kind, content)].concat();
    extended_webp(flag, picture.width(), picture.height(), &chunks)
}

fn uploads(orientation: u8) -> [Vec<u8>; 3] {
    [
        jpeg_with(&jpeg_exif(orientation), &flag()),
        with_chunks(&encoded(&flag(), ImageFormat::Png), &png_chunk(b"eXIf", &exif(orientation, SECRET))),
        webp_with(b"EXIF", 0x08, &exif(orientation, SECRET), &flag()),
    ]
}

#[rstest]
#[case::upright(1, (80, 40), (0, 0))]
#[case::mirrored(2, (80, 40), (1, 0))]
#[case::upside_down(3, (80, 40), (1, 1))]
#[case::flipped(4, (80, 40), (0, 1))]
#[case::transposed(5, (40, 80), (0, 0))]
#[case::turned_right(6, (40, 80), (1, 0))]
#[case::transversed(7, (40, 80), (1, 1))]
#[case::turned_left(8, (40, 80), (0, 1))]
#[case::none(0, (80, 40), (0, 0))]
#[case::unknown(9, (80, 40), (0, 0))]
fn pictures_stand_upright(#[case] orientation: u8, #[case] size: (u32, u32), #[case] red: (u32, u32)) {
    for upload in uploads(orientation) {
        let (_, picture) = developed(&upload);
        let picture = picture.into_rgb8();
        assert_eq!(picture.dimensions(), size);
        for corner in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let at = |side: u32, far: u32| if far == 1 { side - 5 } else { 4 };
            let Rgb([value, _, _]) = *picture.get_pixel(at(size.0, corner.0), at(size.1, corner.1));
            assert_eq!(value > 125, corner == red, "{corner:?}");
        }
    }
}

#[test]
fn no_metadata_is_left() {
    let text = [b"Comment\0", SECRET].concat();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat();
    let international = [b"XML:com.adobe.xmp\0\0\0\0\0", SECRET].concat();
    let png = encoded(&gradient(60, 40), ImageFormat::Png);
    let mut uploads = Vec::from(uploads(6));
    uploads.extend([
        jpeg_with(&segment(0xe1, &xmp), &flag()),
        jpeg_with(&segment(0xfe, SECRET), &flag()),
        jpeg_with(&segment(0xed, SECRET), &flag()),
        jpeg_with(&segment(0xe2, SECRET), &flag()),
        with_chunks(&png, &png_chunk(b"tEXt", &text)),
        with_chunks(&png, &png_chunk(b"iTXt", &international)),
        with_chunks(&png, &png_chunk(b"prVt", SECRET)),
        webp_with(b"XMP ", 0x04, SECRET, &flag()),
    ]);
    for upload in uploads {
        assert!(upload.windows(SECRET.len()).any(|part| part == SECRET));
        let (picture, _) = developed(&upload);
        for trace in [SECRET, b"Exif", b"http", b"ICC_PROFILE", b"Comment"] {
            assert!(
                !picture.bytes.windows(trace.len()).any(|part| part == trace),
                "{}",
                trace.escape_ascii()
            );
        }
    }
}

/// The markers of a JPEG's segments, up to the first scan.
fn segments(jpeg: &[u8]) -> Vec<u8> {
    let mut rest = jpeg.split_at(2).1;
    let mut markers = Vec::new();
    while let [0xff, marker, high, low, ..] = rest {
        markers.push(*marker);
        rest = rest.split_at(2 + usize::from(u16::from_be_bytes([*high, *low]))).1;
    }
    markers.dedup();
    markers
}

/// The types of a PNG's chunks.
fn chunks(png: &[u8]) -> Vec<String> {
    let mut rest = png.split_at(8).1;
    let mut kinds = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        kinds.push(String::from_utf8_lossy(after.split_at(4).0).into_owned());
        rest = after.split_at(8 + u32::from_be_bytes(*length) as usize).1;
    }
    kinds.dedup();
    kinds
}

#[test]
fn what_is_kept_has_pixels_and_what_they_need_and_nothing_else() {
    for upload in uploads(6) {
        let (picture, _) = developed(&upload);
        // The head of JFIF, one frame, tables, one scan, the end.
        assert_eq!(segments(&picture.bytes), [0xe0, 0xc0, 0xdb, 0xc4, 0xda]);
        assert!(picture.bytes.ends_with(&[0xff, 0xd9]));
    }
    let transparent = DynamicImage::from(image::RgbaImage::from_pixel(20, 20, image::Rgba([1, 2, 3, 4])));
    let metadata = [png_chunk(b"eXIf", &exif(1, SECRET)), png_chunk(b"tEXt", b"a\0b")].concat();
    let (picture, _) = developed(&with_chunks(&encoded(&transparent, ImageFormat::Png), &metadata));
    assert_eq!(chunks(&picture.bytes), ["IHDR", "IDAT", "IEND"]);
}

#[test]
fn metadata_changes_nothing_about_what_is_kept() {
    let plain = developed(&encoded(&flag(), ImageFormat::Jpeg)).0;
    assert_eq!(developed(&jpeg_with(&jpeg_exif(1), &flag())).0, plain);
}

#[test]
fn the_first_picture_of_an_animation_is_taken() {
    let frame = |picture: &DynamicImage| {
        let (size, rest) = ([79, 0, 0, 39, 0, 0], [100, 0, 0, 0]);
        let webp = encoded(picture, ImageFormat::WebP);
        riff_chunk(b"ANMF", &[&[0; 6][..], &size, &rest, pixels_of_webp(&webp)].concat())
    };
    let blue = RgbImage::from_pixel(80, 40, Rgb([0, 0, 250])).into();
    let chunks = [riff_chunk(b"ANIM", &[0; 6]), frame(&flag()), frame(&blue)].concat();
    let (_, picture) = developed(&extended_webp(0x02, 80, 40, &chunks));
    let Rgb([red, _, blue]) = *picture.into_rgb8().get_pixel(4, 4);
    assert!(red > 200 && blue < 50, "{red} {blue}");
}
