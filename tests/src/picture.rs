use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// Pictures to upload.
#[derive(Debug, Clone, Copy)]
pub struct Picture;

impl Picture {
    /// A JPEG of this size whose left half is red and whose right half is blue.
    pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
        encode(&red_and_blue(width, height), ImageFormat::Jpeg)
    }

    /// The same as an opaque PNG.
    pub fn png(width: u32, height: u32) -> Vec<u8> {
        encode(&red_and_blue(width, height), ImageFormat::Png)
    }

    /// The same as WebP.
    pub fn webp(width: u32, height: u32) -> Vec<u8> {
        encode(&red_and_blue(width, height), ImageFormat::WebP)
    }

    /// A PNG that lets half of the light through.
    pub fn transparent_png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbaImage::from_pixel(width, height, Rgba([0, 200, 0, 128]));
        encode(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
    }

    /// A JPEG with an Exif block that says "turn a quarter clockwise" and names a camera.
    pub fn turned_jpeg(width: u32, height: u32, camera: &str) -> Vec<u8> {
        let plain = Self::jpeg(width, height);
        let exif = exif(6, camera);
        let length = u16::try_from(exif.len() + 2).expect("a short block");
        let (start, rest) = plain.split_at(2);
        [start, &[0xFF, 0xE1], &length.to_be_bytes(), &exif, rest].concat()
    }

    /// A progressive JPEG of 4096×4096 pixels of one colour in full resolution: as much as a picture may be, and all of
    /// its coefficients must be known before it can be drawn.
    pub fn largest_progressive_jpeg() -> Vec<u8> {
        const BLOCKS: usize = 512 * 512;
        let segment = |marker: u8, content: &[u8]| {
            let length = u16::try_from(content.len() + 2).expect("a short segment");
            [&[0xFF, marker], &length.to_be_bytes()[..], content].concat()
        };
        // Codes of one bit for the first symbol, of two for the second.
        let codes =
            |class: u8, symbols: [u8; 2]| segment(0xC4, &[&[class, 1, 1], &[0; 14][..], &symbols].concat());
        let mut file = vec![0xFF, 0xD8];
        file.extend(segment(0xDB, &[&[0], &[8; 64][..]].concat()));
        file.extend(segment(0xC2, &[8, 16, 0, 16, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]));
        file.extend(codes(0x00, [0, 6]));
        file.extend(codes(0x10, [0xE0, 0]));
        // The means: three that differ by six bits (40, 50 and 60, behind a code of two), then none that differs.
        file.extend(segment(0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]));
        file.extend([0xA8, 0xB2, 0xBC]);
        file.extend(vec![0; (BLOCKS * 3 - 3).div_ceil(8)]);
        for component in 1..=3 {
            // Runs of 16,384 blocks without anything more, fifteen bits each.
            file.extend(segment(0xDA, &[1, component, 0, 1, 63, 0]));
            file.extend([0; BLOCKS / 16_384 * 15 / 8]);
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    /// A WebP without loss of 4096×4096 pixels of one colour, which takes four bytes for each to decode.
    pub fn largest_lossless_webp() -> Vec<u8> {
        // Size, no alpha; no transforms, no cache, one set of codes; then codes that each have one symbol: 200, 0, 0, 255
        // for green, red, blue and alpha, and 0 for distances. No pixel takes a bit.
        let symbols = [200, 0, 0, 255_u128];
        let (mut bits, mut at) = (4095 | 4095 << 14, 35);
        for symbol in symbols {
            bits |= (0b101 | symbol << 3) << at;
            at += 11;
        }
        bits |= 0b0001 << at;
        let stream: Vec<u8> = [0x2F].into_iter().chain(bits.to_le_bytes()).chain([0; 7]).collect();
        let length = u32::try_from(stream.len()).expect("a short stream");
        let whole = (length + 12).to_le_bytes();
        [&b"RIFF"[..], &whole, b"WEBPVP8L", &length.to_le_bytes(), &stream].concat()
    }

    /// What an uploaded picture became.
    pub fn decode(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory(bytes).expect("a picture")
    }
}

fn red_and_blue(width: u32, height: u32) -> DynamicImage {
    let picture =
        RgbImage::from_fn(
            width,
            height,
            |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) },
        );
    DynamicImage::ImageRgb8(picture)
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("the picture can be encoded");
    bytes.into_inner()
}

/// An Exif block (TIFF, big-endian) with the tags Model and Orientation.
fn exif(orientation: u16, camera: &str) -> Vec<u8> {
    let mut text = camera.as_bytes().to_vec();
    text.push(0);
    let count = u32::try_from(text.len()).expect("a short name");
    let mut block = b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec();
    block.extend(2_u16.to_be_bytes());
    block.extend(tag(0x0110, 2, count, &38_u32.to_be_bytes()));
    let [high, low] = orientation.to_be_bytes();
    block.extend(tag(0x0112, 3, 1, &[high, low, 0, 0]));
    block.extend(0_u32.to_be_bytes());
    block.extend(text);
    block
}

fn tag(id: u16, kind: u16, count: u32, value: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes(), &kind.to_be_bytes(), &count.to_be_bytes()[..], value].concat()
}

/// A form with files (RFC 7578).
#[derive(Debug, Clone, Default)]
pub struct Form {
    parts: Vec<(String, Vec<u8>)>,
}

impl Form {
    const BOUNDARY: &str = "a-boundary-that-no-picture-contains";

    /// A form with the one part `image`.
    pub fn image(bytes: impl Into<Vec<u8>>) -> Self {
        Self::default().part("name=\"image\"; filename=\"picture\"", bytes)
    }

    /// With one more part, of this disposition.
    #[must_use]
    pub fn part(mut self, disposition: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.parts.push((disposition.to_owned(), bytes.into()));
        self
    }

    pub(crate) fn content_type() -> String {
        format!("multipart/form-data; boundary={}", Self::BOUNDARY)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (disposition, content) in &self.parts {
            let head =
                format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n", Self::BOUNDARY);
            bytes.extend(head.into_bytes());
            bytes.extend(content);
            bytes.extend(b"\r\n");
        }
        bytes.extend(format!("--{}--\r\n", Self::BOUNDARY).into_bytes());
        bytes
    }
}
