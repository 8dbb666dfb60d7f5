use image::metadata::Orientation;
use roster_ports::PictureFault;

use super::refuse_too_many;

/// A WebP picture, or the first of an animation, found in its file.
pub(super) struct WebpPicture<'a> {
    /// Width and height of what is shown.
    pub(super) canvas: (u32, u32),
    /// Where the picture stands on it, from the left and from the top.
    pub(super) place: (u32, u32),
    /// Width and height of the picture itself.
    pub(super) size: (u32, u32),
    pub(super) data: WebpData<'a>,
    pub(super) orientation: Orientation,
}

/// How the pixels are told.
pub(super) enum WebpData<'a> {
    /// Colours as one VP8 frame; alpha, where there is some, on its own.
    Lossy { frame: &'a [u8], alpha: Option<&'a [u8]> },
    /// A VP8L stream.
    Lossless { stream: &'a [u8], has_alpha: bool },
}

/// A chunk of a RIFF file: its type and its content.
type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

impl<'a> WebpPicture<'a> {
    /// Reads the heads of the chunks. Every size in them is looked at, as each may be one that memory is taken for.
    pub(super) fn open(upload: &'a [u8]) -> Result<Self, PictureFault> {
        let body = upload.get(12..).ok_or(PictureFault::Broken)?;
        let first = chunks(body).next().ok_or(PictureFault::Broken)??;
        let (b"VP8X", head) = first else {
            let (data, size) = pixels(chunks(body))?;
            let orientation = Orientation::NoTransforms;
            return Ok(Self { canvas: size, place: (0, 0), size, data, orientation });
        };
        let [flags, _, _, _, w0, w1, w2, h0, h1, h2, ..] = head else { return Err(PictureFault::Broken) };
        let canvas = (u24([*w0, *w1, *w2]) + 1, u24([*h0, *h1, *h2]) + 1);
        refuse_too_many(canvas)?;
        let orientation = find(body, *b"EXIF").and_then(Orientation::from_exif_chunk);
        let orientation = orientation.unwrap_or(Orientation::NoTransforms);
        if flags & 0x02 == 0 {
            let (data, size) = pixels(chunks(body))?;
            let picture = Self { canvas, place: (0, 0), size, data, orientation };
            return if size == canvas { Ok(picture) } else { Err(PictureFault::Broken) };
        }
        let frame = find(body, *b"ANMF").ok_or(PictureFault::Broken)?;
        let (head, parts) = frame.split_first_chunk::<16>().ok_or(PictureFault::Broken)?;
        let [x0, x1, x2, y0, y1, y2, w0, w1, w2, h0, h1, h2, ..] = *head;
        let place = (2 * u24([x0, x1, x2]), 2 * u24([y0, y1, y2]));
        let (data, size) = pixels(chunks(parts))?;
        let has_its_size = size == (u24([w0, w1, w2]) + 1, u24([h0, h1, h2]) + 1);
        let fits = place.0 + size.0 <= canvas.0 && place.1 + size.1 <= canvas.1;
        let first = Self { canvas, place, size, data, orientation };
        if has_its_size && fits { Ok(first) } else { Err(PictureFault::Broken) }
    }

    /// Whether some of what is shown may be transparent.
    pub(super) fn has_alpha(&self) -> bool {
        let of_pixels = match &self.data {
            WebpData::Lossy { alpha, .. } => alpha.is_some(),
            WebpData::Lossless { has_alpha, .. } => *has_alpha,
        };
        of_pixels || self.size != self.canvas
    }
}

/// The first picture among these chunks, and its size.
fn pixels<'a>(
    chunks: impl Iterator<Item = Result<Chunk<'a>, PictureFault>>,
) -> Result<(WebpData<'a>, (u32, u32)), PictureFault> {
    let mut alpha = None;
    for chunk in chunks {
        match chunk? {
            (b"ALPH", content) if alpha.is_none() => alpha = Some(content),
            (b"VP8 ", frame) => {
                let size = vp8_size(frame)?;
                return Ok((WebpData::Lossy { frame, alpha }, size));
            }
            (b"VP8L", stream) => {
                let (size, has_alpha) = vp8l_head(stream)?;
                return Ok((WebpData::Lossless { stream, has_alpha }, size));
            }
            _ => {}
        }
    }
    Err(PictureFault::Broken)
}

/// The size of a key frame (RFC 6386, 9.1).
fn vp8_size(frame: &[u8]) -> Result<(u32, u32), PictureFault> {
    let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = frame else { return Err(PictureFault::Broken) };
    let side_of = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
    let size = (side_of([*w0, *w1]), side_of([*h0, *h1]));
    refuse_too_many(size)?;
    if size.0 == 0 || size.1 == 0 { Err(PictureFault::Broken) } else { Ok(size) }
}

/// Size, and whether alpha is used (RFC 9649, 3.4).
fn vp8l_head(stream: &[u8]) -> Result<((u32, u32), bool), PictureFault> {
    let [0x2f, head @ ..] = stream else { return Err(PictureFault::Broken) };
    let bits = u32::from_le_bytes(*head.first_chunk().ok_or(PictureFault::Broken)?);
    let size = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    refuse_too_many(size)?;
    Ok((size, bits >> 28 & 1 == 1))
}

/// The content of the first whole chunk of this type.
fn find(body: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    chunks(body).filter_map(Result::ok).find(|(it, _)| **it == kind).map(|(_, content)| content)
}

/// The chunks of a file; the last is a fault where it was cut off.
fn chunks(body: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>, PictureFault>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let Some((content, after)) = after.split_at_checked(length) else {
            rest = &[];
            return Some(Err(PictureFault::Broken));
        };
        rest = after.get(length % 2..).unwrap_or_default();
        Some(Ok((kind, content)))
    })
}

fn u24([low, middle, high]: [u8; 3]) -> u32 {
    u32::from_le_bytes([low, middle, high, 0])
}
