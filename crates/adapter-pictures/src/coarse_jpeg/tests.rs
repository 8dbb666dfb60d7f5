use image::imageops::{FilterType, resize};
use image::{ImageFormat, RgbImage};
use proptest::prelude::*;
use rstest::rstest;

use super::{read, read_at};

/// Made by libjpeg-turbo from one picture of 93×61 waves of all three colours; the progressive ones tell their
/// coefficients bit by bit.
const SEQUENTIAL_444: &[u8] = include_bytes!("samples/sequential_444.jpg");
const SEQUENTIAL_420_RESTARTS: &[u8] = include_bytes!("samples/sequential_420_restarts.jpg");
const SEQUENTIAL_CMYK: &[u8] = include_bytes!("samples/sequential_cmyk.jpg");
const PROGRESSIVE_444: &[u8] = include_bytes!("samples/progressive_444.jpg");
const PROGRESSIVE_420: &[u8] = include_bytes!("samples/progressive_420.jpg");
const PROGRESSIVE_422_RESTARTS: &[u8] = include_bytes!("samples/progressive_422_restarts.jpg");
const PROGRESSIVE_GREY: &[u8] = include_bytes!("samples/progressive_grey.jpg");
const PROGRESSIVE_CMYK: &[u8] = include_bytes!("samples/progressive_cmyk.jpg");

/// The mean and the greatest difference of the values of two pictures.
fn difference(one: &RgbImage, other: &RgbImage) -> (f64, u8) {
    assert_eq!(one.dimensions(), other.dimensions());
    let differences: Vec<u8> =
        one.iter().zip(other.iter()).map(|(one, other)| one.abs_diff(*other)).collect();
    let sum: u32 = differences.iter().map(|it| u32::from(*it)).sum();
    (
        f64::from(sum) / f64::from(u32::try_from(differences.len()).unwrap()),
        differences.into_iter().max().unwrap(),
    )
}

/// What the decoder of small JPEGs sees.
fn in_full(file: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(file, ImageFormat::Jpeg).unwrap().into_rgb8()
}

#[rstest]
#[case::sequential_444(SEQUENTIAL_444, 1.0, 4)]
#[case::sequential_420(SEQUENTIAL_420_RESTARTS, 6.0, 30)]
#[case::sequential_cmyk(SEQUENTIAL_CMYK, 1.0, 4)]
#[case::progressive_444(PROGRESSIVE_444, 1.0, 4)]
#[case::progressive_420(PROGRESSIVE_420, 6.0, 30)]
#[case::progressive_422(PROGRESSIVE_422_RESTARTS, 4.0, 30)]
#[case::progressive_grey(PROGRESSIVE_GREY, 1.0, 4)]
#[case::progressive_cmyk(PROGRESSIVE_CMYK, 1.0, 4)]
fn every_coefficient_is_read_as_others_read_it(#[case] file: &[u8], #[case] mean: f64, #[case] greatest: u8) {
    let ours = read_at(file, Some(8)).unwrap();
    let (of_all, of_one) = difference(&ours, &in_full(file));
    assert!(of_all < mean && of_one <= greatest, "{of_all} {of_one}");
}

#[rstest]
#[case::half(4, (47, 31), 8.0)]
#[case::quarter(2, (24, 16), 15.0)]
fn a_coarse_picture_is_the_whole_one_reduced(
    #[case] points: usize,
    #[case] size: (u32, u32),
    #[case] most: f64,
    #[values(
        SEQUENTIAL_444,
        SEQUENTIAL_CMYK,
        PROGRESSIVE_444,
        PROGRESSIVE_420,
        PROGRESSIVE_GREY,
        PROGRESSIVE_CMYK
    )]
    file: &[u8],
) {
    let ours = read_at(file, Some(points)).unwrap();
    assert_eq!(ours.dimensions(), size);
    // The sides are no multiples, so the pictures are made to be seen alike.
    let factor = 8 / u32::try_from(points).unwrap();
    let (width, height) = (93 / factor * factor, 61 / factor * factor);
    let whole = image::imageops::crop_imm(&in_full(file), 0, 0, width, height).to_image();
    let reduced = resize(&whole, width / factor, height / factor, FilterType::Triangle);
    let ours = image::imageops::crop_imm(&ours, 0, 0, width / factor, height / factor).to_image();
    let (mean, _) = difference(&ours, &reduced);
    assert!(mean < most, "{mean}");
}

#[test]
fn progressive_and_sequential_tell_the_same_picture() {
    let (one, other) =
        (read_at(PROGRESSIVE_444, Some(4)).unwrap(), read_at(SEQUENTIAL_444, Some(4)).unwrap());
    assert_eq!(difference(&one, &other), (0.0, 0));
}

#[test]
fn what_is_cut_off_is_no_picture() {
    for file in [SEQUENTIAL_444, SEQUENTIAL_420_RESTARTS, PROGRESSIVE_422_RESTARTS, PROGRESSIVE_CMYK] {
        for length in 0..file.len() - 1 {
            assert!(read(file.split_at(length).0).is_err(), "{length}");
        }
        assert!(read(file).is_ok());
    }
}

/// The first scan, which tells the means; whoever tells them twice tells nothing new.
fn means(file: &[u8]) -> &[u8] {
    let start = file.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let scan = file.split_at(start).1;
    let is_end = |pair: &[u8]| pair[0] == 0xff && pair[1] != 0 && pair[1] != 0xda;
    scan.split_at(scan.windows(2).position(is_end).unwrap()).0
}

#[test]
fn scans_have_a_number() {
    let (start, rest) =
        PROGRESSIVE_GREY.split_at(PROGRESSIVE_GREY.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap());
    let with_more = |count| [start, &means(PROGRESSIVE_GREY).repeat(count), rest].concat();
    assert_eq!(read(&with_more(90)).unwrap(), read(PROGRESSIVE_GREY).unwrap());
    assert!(read(&with_more(100)).is_err());
}

#[test]
fn other_ways_of_coding_are_no_pictures() {
    let frame = SEQUENTIAL_444.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    for marker in [0xc3, 0xc5, 0xc9, 0xca, 0xcf] {
        let mut file = SEQUENTIAL_444.to_vec();
        file[frame + 1] = marker;
        assert!(read(&file).is_err(), "{marker:x}");
    }
    let mut twelve_bits = SEQUENTIAL_444.to_vec();
    twelve_bits[frame + 4] = 12;
    assert!(read(&twelve_bits).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damage_gives_a_picture_of_the_size_that_was_told_or_none(
        file in prop::sample::select(vec![
            SEQUENTIAL_444, SEQUENTIAL_420_RESTARTS, SEQUENTIAL_CMYK, PROGRESSIVE_444, PROGRESSIVE_420,
            PROGRESSIVE_422_RESTARTS, PROGRESSIVE_GREY, PROGRESSIVE_CMYK,
        ]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        points in prop::sample::select(vec![2, 4, 8]),
    ) {
        let mut file = file.to_vec();
        let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0] || pair == [0xff, 0xc2]).unwrap();
        for (at, byte) in damage {
            let at = at.index(file.len());
            // The size stays, so that each try is quick.
            if !(frame + 5..frame + 9).contains(&at) {
                file[at] = byte;
            }
        }
        if let Ok(picture) = read_at(&file, Some(points)) {
            prop_assert!(picture.width() <= 93 && picture.height() <= 93);
        }
    }
}
