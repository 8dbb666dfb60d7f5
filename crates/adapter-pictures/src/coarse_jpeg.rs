//! Large JPEGs, read at a half or a quarter of their size.
//!
//! A progressive JPEG tells all of its coefficients a little more with each scan, so whoever draws it in full keeps
//! all of them: 96 MiB for 4096×4096 pixels, beside the pixels. Of a picture that is to become small only the coarse
//! coefficients matter, those of the low frequencies. This reader keeps these alone, and of the others one bit each:
//! whether it is zero, which decides how the bits of later scans are to be read.
//!
//! It reads what the usual decoders read: Huffman-coded JPEGs of 8 bits, sequential or progressive (ITU-T T.81), of
//! one, three or four components. It is strict where they are lenient: what is broken gives no picture.

mod bits;
mod coefficients;
mod drawing;
mod frame;
mod huffman;
mod scan;

use image::RgbImage;

use bits::Bits;
use frame::{Frame, Tables};

/// What the file says is not what a JPEG may say, or is cut off.
#[derive(Debug)]
pub(crate) struct BrokenJpeg;

/// The most scans: as many as the decoder of small JPEGs takes. Usual are ten, and each costs time whatever it holds.
const MAX_SCANS: u32 = 100;

/// Reads a JPEG of at least 2048 pixels on its longer side at a half or a quarter of its size; quarters only where at
/// least 768 pixels of brightness and 512 of colour remain.
pub(crate) fn read(file: &[u8]) -> Result<RgbImage, BrokenJpeg> {
    read_at(file, None)
}

/// The same at this many points for each block of eight by eight.
fn read_at(file: &[u8], points: Option<usize>) -> Result<RgbImage, BrokenJpeg> {
    let mut rest = file.strip_prefix(&[0xff, 0xd8]).ok_or(BrokenJpeg)?;
    let mut tables = Tables::default();
    let mut frame: Option<Frame> = None;
    let mut scans = 0;
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == 0xd9 {
            return drawing::draw(&frame.ok_or(BrokenJpeg)?, &tables);
        }
        let (segment, after) = segment(after)?;
        rest = after;
        match marker {
            0xc0..=0xc2 if frame.is_none() => frame = Some(Frame::read(segment, marker == 0xc2, points)?),
            0xc4 => tables.read_huffman(segment)?,
            // Other ways of coding, and a second frame.
            0xc0..=0xcf => return Err(BrokenJpeg),
            0xda => {
                scans += 1;
                let frame = frame.as_mut().filter(|_| scans <= MAX_SCANS).ok_or(BrokenJpeg)?;
                let mut bits = Bits::new(rest);
                scan::read(segment, frame, &tables, &mut bits)?;
                rest = bits.rest();
            }
            0xdb => tables.read_quantization(segment)?,
            0xdd => tables.read_restart_interval(segment)?,
            0xee => tables.read_adobe(segment),
            _ => {}
        }
    }
}

/// The next marker, past whatever stands before it, and what follows it.
fn next_marker(file: &[u8]) -> Result<(u8, &[u8]), BrokenJpeg> {
    let mut rest = file;
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        rest = rest.get(at + 1..).ok_or(BrokenJpeg)?;
        match rest {
            // Stuffing, a marker without a segment, or one of several bytes of filling.
            [0 | 1 | 0xd0..=0xd8 | 0xff, ..] | [] => {}
            [marker, after @ ..] => return Ok((*marker, after)),
        }
    }
    Err(BrokenJpeg)
}

fn segment(after: &[u8]) -> Result<(&[u8], &[u8]), BrokenJpeg> {
    let (length, _) = after.split_first_chunk().ok_or(BrokenJpeg)?;
    let (segment, rest) =
        after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(BrokenJpeg)?;
    Ok((segment.get(2..).ok_or(BrokenJpeg)?, rest))
}

#[cfg(test)]
mod tests;
