use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;
use roster_ports::PictureFault;
use rstest::rstest;

use super::samples::{
    encoded, exif, extended_webp, gradient, png_chunk, png_header, riff_chunk, segment, with_chunks,
    with_segments,
};
use super::{RwLock, develop, developed, refused};

const TOO_MANY: Option<PictureFault> = Some(PictureFault::TooManyPixels { max: 4096 });

#[rstest]
#[case(50_000, 50_000)]
#[case(4_097, 1)]
#[case(1, 4_097)]
#[case(0x7fff_ffff, 0x7fff_ffff)]
fn a_png_is_refused_for_the_size_it_claims(#[case] width: u32, #[case] height: u32) {
    assert_eq!(refused(&png_header(width, height, 8, 6)), TOO_MANY);
}

#[rstest]
#[case(65_500, 65_500)]
#[case(4_097, 8)]
#[case(8, 4_097)]
fn a_jpeg_is_refused_for_the_size_it_claims(#[case] width: u16, #[case] height: u16) {
    let mut jpeg = encoded(&gradient(8, 8), ImageFormat::Jpeg);
    let frame = jpeg.windows(4).position(|part| part == [0xff, 0xc0, 0, 17]).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    assert_eq!(refused(&jpeg), TOO_MANY);
}

#[test]
fn a_webp_is_refused_for_the_size_of_its_canvas_or_of_any_frame() {
    let frame = |width: u16, height: u16| {
        let key_frame =
            [&b"\x10\x02\x00\x9d\x01\x2a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 40]];
        riff_chunk(b"VP8 ", &key_frame.concat())
    };
    assert_eq!(refused(&riff_chunk(b"RIFF", &[b"WEBP", &frame(16_383, 16_383)[..]].concat())), TOO_MANY);
    assert_eq!(refused(&extended_webp(0, 10, 10, &frame(16_383, 16_383))), TOO_MANY);
    assert_eq!(refused(&extended_webp(0, 1 << 24, 255, &frame(10, 10))), TOO_MANY);
    let animated = [&[0; 6][..], &[9, 0, 0, 9, 0, 0, 0, 0, 0, 0], &frame(10, 16_383)].concat();
    let animated = [riff_chunk(b"ANIM", &[0; 6]), riff_chunk(b"ANMF", &animated)].concat();
    assert_eq!(refused(&extended_webp(0x02, 10, 10, &animated)), TOO_MANY);
}

#[test]
fn an_exif_block_of_a_million_tags_is_skipped() {
    let mut block = exif(6, b"");
    block[8..10].copy_from_slice(&u16::MAX.to_le_bytes());
    block.truncate(10);
    block.resize(60_000, 0);
    let jpeg = encoded(&gradient(80, 40), ImageFormat::Jpeg);
    let segments = segment(0xe1, &[b"Exif\0\0", &block[..]].concat()).repeat(20);
    let (_, picture) = developed(&with_segments(&jpeg, &segments));
    assert_eq!((picture.width(), picture.height()), (80, 40));
}

/// A PNG keeps its pixels as zlib data, so one makes the compressed zeros for another's metadata.
fn deflated_zeros(width: u32, height: u32) -> Vec<u8> {
    let png = encoded(&DynamicImage::from(RgbImage::new(width, height)), ImageFormat::Png);
    let mut rest = png.split_at(8).1;
    let mut data = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (kind, content) = after.split_at(4);
        let (content, after) = content.split_at(u32::from_be_bytes(*length) as usize);
        if kind == b"IDAT" {
            data.extend_from_slice(content);
        }
        rest = after.split_at(4).1;
    }
    data
}

#[rstest]
fn inflating_metadata_does_not_keep_a_picture_from_being_made(#[values(b"iCCP", b"zTXt")] kind: &[u8]) {
    let content = [b"name\0\0", &deflated_zeros(3_000, 3_000)[..]].concat();
    let upload = with_chunks(&encoded(&gradient(80, 40), ImageFormat::Png), &png_chunk(kind, &content));
    assert!(upload.len() < 200_000, "{}", upload.len());
    let picture = develop(&upload, &RwLock::default());
    assert!(matches!(picture, Ok(_) | Err(PictureFault::Broken)), "{picture:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_give_a_small_picture_or_a_fault(
        format in prop::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = encoded(&gradient(40, 30), format);
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(picture) = develop(&file, &RwLock::default()) {
            let decoded = image::load_from_memory(&picture.bytes).unwrap();
            prop_assert!(decoded.width() <= 512 && decoded.height() <= 512);
        }
    }
}
