use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use rstest::rstest;
use std::io::Cursor;

use super::{Source, reducer::premultiplied};

/// Made by libwebp, with alpha that is compressed and filtered.
const LOSSY_ALPHA: &[u8] = include_bytes!("samples/lossy_alpha.webp");
const LOSSLESS: &[u8] = include_bytes!("samples/lossless.webp");
const LOSSY: &[u8] = include_bytes!("samples/lossy.webp");
/// Sixteen bits of red, green, blue and alpha, in seven passes.
const INTERLACED: &[u8] = include_bytes!("samples/interlaced_16.png");

fn decoded(file: &[u8]) -> DynamicImage {
    Source::open(file).unwrap().decode().unwrap()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

#[rstest]
#[case::lossy(LOSSY, 20)]
#[case::lossless(LOSSLESS, 1)]
#[case::lossy_with_alpha(LOSSY_ALPHA, 20)]
#[case::interlaced(INTERLACED, 2)]
fn small_pictures_are_seen_as_others_see_them(#[case] file: &[u8], #[case] most: u8) {
    let others = image::load_from_memory(file).unwrap();
    let ours = decoded(file);
    assert_eq!(ours.color().has_alpha(), others.color().has_alpha());
    let (ours, others) = (ours.into_rgba8(), others.into_rgba8());
    assert_eq!(ours.dimensions(), others.dimensions());
    for (ours, others) in ours.pixels().zip(others.pixels()) {
        let expected = premultiplied(others.0);
        let difference = ours.0.iter().zip(expected).map(|(one, other)| one.abs_diff(other)).max();
        assert!(difference <= Some(most), "{ours:?} {expected:?}");
        // Others round where sixteen bits become eight.
        assert!(ours.0[3].abs_diff(expected[3]) <= 1, "{ours:?} {expected:?}");
    }
}

/// Red on the left, blue on the right; the upper half lets half of the light through where that is asked for.
fn halves(side: u32, alpha: u8) -> DynamicImage {
    let colour = |x| if x < side / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) };
    if alpha == 255 {
        return RgbImage::from_fn(side, side, |x, _| colour(x)).into();
    }
    let pixel = |x, y| {
        let Rgb([red, green, blue]) = colour(x);
        Rgba([red, green, blue, if y < side / 2 { alpha } else { 255 }])
    };
    RgbaImage::from_fn(side, side, pixel).into()
}

#[rstest]
fn the_largest_pictures_are_reduced_and_look_the_same(
    #[values(ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP)] format: ImageFormat,
    #[values(1_536, 2_048, 4_096)] side: u32,
    #[values(255, 128)] alpha: u8,
) {
    if format == ImageFormat::Jpeg && alpha < 255 {
        return;
    }
    let picture = decoded(&encoded(&halves(side, alpha), format)).into_rgba8();
    let reduced = picture.width();
    assert!(reduced == picture.height() && (768..=1_536).contains(&reduced), "{reduced}");
    let expected = |value: u16| u8::try_from(value * u16::from(alpha) / 255).unwrap();
    for (x, colour) in [(1, [200, 0, 0]), (9, [0, 0, 200])] {
        let at = |tenths: u32| reduced * tenths / 10;
        let above = picture.get_pixel(at(x), at(1)).0;
        let below = picture.get_pixel(at(x), at(9)).0;
        for channel in 0..3 {
            assert!(above[channel].abs_diff(expected(colour[channel])) < 4, "{above:?}");
            assert!(below[channel].abs_diff(colour[channel].try_into().unwrap()) < 4, "{below:?}");
        }
        assert_eq!((above[3], below[3]), (alpha, 255));
    }
}

#[test]
fn sixteen_bits_a_channel_are_no_hindrance() {
    let picture = DynamicImage::from(halves(4_096, 128).into_rgba16());
    let file = encoded(&picture, ImageFormat::Png);
    assert_eq!(decoded(&file).into_rgba8().get_pixel(100, 100).0, [100, 0, 0, 128]);
}
