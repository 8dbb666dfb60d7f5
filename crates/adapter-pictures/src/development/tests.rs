mod bombs;
mod metadata;
mod samples;

use super::*;
use image::{ColorType, ImageFormat};
use rstest::rstest;
use samples::{encoded, gradient, opaque};

/// What is kept of an upload, decoded again.
fn developed(upload: &[u8]) -> (Picture, DynamicImage) {
    let picture = develop(upload, &RwLock::default()).unwrap();
    let format = match picture.name.format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
    };
    let decoded = image::load_from_memory_with_format(&picture.bytes, format).unwrap();
    (picture, decoded)
}

fn refused(upload: &[u8]) -> Option<PictureFault> {
    develop(upload, &RwLock::default()).err()
}

#[rstest]
#[case((100, 50), (100, 50))]
#[case((512, 512), (512, 512))]
#[case((513, 513), (512, 512))]
#[case((2000, 1000), (512, 256))]
#[case((1000, 3000), (171, 512))]
#[case((4096, 1), (512, 1))]
#[case((1, 1), (1, 1))]
fn pictures_are_fitted_and_never_enlarged(
    #[case] given: (u32, u32),
    #[case] kept: (u32, u32),
    #[values(ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP)] format: ImageFormat,
) {
    let (_, picture) = developed(&encoded(&gradient(given.0, given.1), format));
    assert_eq!((picture.width(), picture.height()), kept);
}

#[rstest]
#[case(ColorType::L8)]
#[case(ColorType::L16)]
#[case(ColorType::Rgb8)]
#[case(ColorType::Rgb16)]
#[case(ColorType::La8)]
#[case(ColorType::La16)]
#[case(ColorType::Rgba8)]
#[case(ColorType::Rgba16)]
fn opaque_pictures_become_jpeg_whatever_their_pixels(#[case] color: ColorType) {
    let (picture, decoded) = developed(&encoded(&opaque(color), ImageFormat::Png));
    assert_eq!(picture.name.format, PictureFormat::Jpeg);
    let [red, green, blue] = decoded.into_rgb8().get_pixel(8, 8).0;
    assert!(
        red.abs_diff(120) < 4 && green.abs_diff(120) < 4 && blue.abs_diff(120) < 4,
        "{red} {green} {blue}"
    );
}

#[rstest]
fn transparent_pictures_become_png_and_stay_transparent(
    #[values(ImageFormat::Png, ImageFormat::WebP)] format: ImageFormat,
    #[values(20, 1_000, 3_000)] side: u32,
) {
    let half = RgbaImage::from_fn(side, side, |x, _| {
        if x < side / 2 { Rgba([9, 200, 9, 255]) } else { Rgba([9, 200, 9, 0]) }
    });
    let (picture, decoded) = developed(&encoded(&half.into(), format));
    assert_eq!(picture.name.format, PictureFormat::Png);
    let decoded = decoded.into_rgba8();
    assert_eq!(*decoded.get_pixel(0, 0), Rgba([9, 200, 9, 255]));
    assert_eq!(*decoded.get_pixel(decoded.width() - 1, 0), Rgba([0; 4]));
}

#[test]
fn hidden_colours_neither_remain_nor_shine_through() {
    let side = 1_000;
    let hidden = Rgba([250, 0, 0, 0]);
    let picture =
        RgbaImage::from_fn(side, side, |x, _| if x < side / 2 { Rgba([0, 0, 200, 255]) } else { hidden });
    let (_, decoded) = developed(&encoded(&picture.into(), ImageFormat::Png));
    for Rgba([red, _, _, alpha]) in decoded.into_rgba8().pixels() {
        assert!(*red <= 2, "red {red} under alpha {alpha}");
    }
}

#[test]
fn half_transparent_colours_keep_their_tone() {
    let picture = RgbaImage::from_pixel(30, 30, Rgba([200, 100, 50, 128]));
    let (_, decoded) = developed(&encoded(&picture.into(), ImageFormat::Png));
    let Rgba([red, green, blue, alpha]) = *decoded.into_rgba8().get_pixel(15, 15);
    assert!(red.abs_diff(200) < 3 && green.abs_diff(100) < 3 && blue.abs_diff(50) < 3 && alpha == 128);
}

#[test]
fn the_largest_picture_allowed_is_accepted() {
    let picture = RgbaImage::from_pixel(4096, 4096, Rgba([1, 2, 3, 100]));
    let (_, decoded) = developed(&encoded(&picture.into(), ImageFormat::Png));
    assert_eq!((decoded.width(), decoded.height()), (512, 512));
}

#[test]
fn a_picture_is_named_by_what_is_kept_of_it() {
    let upload = encoded(&gradient(600, 400), ImageFormat::Jpeg);
    let (one, two) = (developed(&upload).0, developed(&upload).0);
    assert_eq!(one, two);
    assert_eq!(one.name.sha256, <[u8; 32]>::from(Sha256::digest(&one.bytes)));
    assert_ne!(developed(&encoded(&gradient(600, 401), ImageFormat::Jpeg)).0.name, one.name);
}

#[rstest]
#[case::nothing(b"")]
#[case::svg(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")]
#[case::html(b"<!doctype html><script>alert(1)</script>")]
#[case::gif(
    b"GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;/*=1;alert(1)*/"
)]
#[case::bmp(b"BM\x1a\x00\x00\x00\x00\x00\x00\x00")]
#[case::tiff(b"II*\x00\x08\x00\x00\x00")]
#[case::pdf(b"%PDF-1.7\n\xff\xd8\xff")]
#[case::zip(b"PK\x03\x04\x89PNG\r\n\x1a\n")]
#[case::other_riff(b"RIFF\x04\x00\x00\x00WAVE")]
fn anything_but_the_three_formats_is_unknown(#[case] upload: &[u8]) {
    assert_eq!(refused(upload), Some(PictureFault::UnknownFormat));
}

#[rstest]
fn what_was_cut_off_is_broken(
    #[values(ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP)] format: ImageFormat,
) {
    let upload = encoded(&gradient(200, 200), format);
    // The end marker of a PNG and the padding of a WebP may be missing: the pixels are all there.
    let needed = upload.len() - if format == ImageFormat::Jpeg { 2 } else { 14 };
    for length in (16..needed).step_by(needed / 40).chain([needed]) {
        assert_eq!(
            refused(upload.split_at(length).0),
            Some(PictureFault::Broken),
            "{length} of {}",
            upload.len()
        );
    }
}

#[test]
fn what_follows_the_picture_is_not_kept() {
    let mut upload = encoded(&gradient(50, 50), ImageFormat::Png);
    upload.extend_from_slice(b"PK\x03\x04 an archive in disguise");
    let (picture, _) = developed(&upload);
    assert!(!picture.bytes.windows(10).any(|part| part == b"an archive"));
}
