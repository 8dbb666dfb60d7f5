use super::BrokenJpeg;
use super::coefficients::{Coefficients, ZIGZAG};
use super::huffman::Huffman;

/// At fewer pixels of brightness on the longer side than this, quarters of the size are too coarse.
const FINE_BRIGHTNESS: u32 = 768;
/// The same for colour.
const FINE_COLOUR: u32 = 512;

/// The picture that the scans tell of (T.81, B.2.2).
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) is_progressive: bool,
    /// The sides of what is drawn of each block: two or four points instead of eight.
    pub(super) points: usize,
    /// How many units, which hold blocks of all components, stand beside and below each other.
    pub(super) units: (usize, usize),
    /// The most blocks of a component in a unit, across and down.
    pub(super) densest: (usize, usize),
    pub(super) components: Vec<Component>,
}

pub(super) struct Component {
    pub(super) id: u8,
    /// How many of its blocks a unit holds, across and down.
    pub(super) density: (usize, usize),
    pub(super) quantization: usize,
    /// The blocks that hold some of the picture, beside and below each other.
    pub(super) filled: (usize, usize),
    /// How many blocks stand beside each other, those that fill up the last unit too.
    pub(super) stride: usize,
    pub(super) coefficients: Coefficients,
}

impl Frame {
    pub(super) fn read(
        segment: &[u8],
        is_progressive: bool,
        points: Option<usize>,
    ) -> Result<Self, BrokenJpeg> {
        let [8, h1, h0, w1, w0, count, specs @ ..] = segment else { return Err(BrokenJpeg) };
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        let (specs, _) = specs.as_chunks::<3>();
        let is_known = matches!(count, 1 | 3 | 4) && specs.len() == usize::from(*count);
        if !is_known || width == 0 || height == 0 {
            return Err(BrokenJpeg);
        }
        let density = |factors: u8| (usize::from(factors >> 4), usize::from(factors & 15));
        let densities: Vec<_> = specs.iter().map(|[_, factors, _]| density(*factors)).collect();
        if densities.iter().any(|(across, down)| !(1..=4).contains(across) || !(1..=4).contains(down)) {
            return Err(BrokenJpeg);
        }
        let densest = densities.iter().fold((1, 1), |most, it| (most.0.max(it.0), most.1.max(it.1)));
        let sparsest = densities.iter().fold((4, 4), |least, it| (least.0.min(it.0), least.1.min(it.1)));
        let points = points.unwrap_or_else(|| points_for(width.max(height), densest, sparsest));
        let sides = (usize::try_from(width), usize::try_from(height));
        let (Ok(across), Ok(down)) = sides else { return Err(BrokenJpeg) };
        let units = (across.div_ceil(8 * densest.0), down.div_ceil(8 * densest.1));
        let component = |([id, _, quantization], density): (&[u8; 3], (usize, usize))| Component {
            id: *id,
            density,
            quantization: usize::from(*quantization),
            filled: (
                (across * density.0).div_ceil(8 * densest.0),
                (down * density.1).div_ceil(8 * densest.1),
            ),
            stride: units.0 * density.0,
            coefficients: Coefficients::new(
                points,
                units.0 * density.0 * units.1 * density.1,
                is_progressive,
            ),
        };
        let components = specs.iter().zip(densities).map(component).collect();
        Ok(Self { width, height, is_progressive, points, units, densest, components })
    }
}

/// Two points for each block, that is a quarter of the size, where enough remains.
fn points_for(longest: u32, densest: (usize, usize), sparsest: (usize, usize)) -> usize {
    let is_halved = densest.0 > sparsest.0 || densest.1 > sparsest.1;
    let colour = if is_halved { longest / 8 } else { longest / 4 };
    if longest / 4 >= FINE_BRIGHTNESS && colour >= FINE_COLOUR { 2 } else { 4 }
}

/// What the segments before a scan say for those that follow.
#[derive(Default)]
pub(super) struct Tables {
    /// By class (means, then the rest) and number.
    huffman: [[Option<Huffman>; 4]; 2],
    /// In the order of rows and columns.
    quantization: [Option<[u16; 64]>; 4],
    /// After how many units the decoding starts afresh; zero for never.
    pub(super) restart_interval: usize,
    /// Adobe's word for how the colours are told.
    pub(super) adobe: Option<u8>,
}

impl Tables {
    pub(super) fn read_huffman(&mut self, mut segment: &[u8]) -> Result<(), BrokenJpeg> {
        while let Some((kind, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(BrokenJpeg)?;
            let count = counts.iter().copied().map(usize::from).sum();
            let (symbols, rest) = rest.split_at_checked(count).ok_or(BrokenJpeg)?;
            let class = self.huffman.get_mut(usize::from(kind >> 4)).ok_or(BrokenJpeg)?;
            *class.get_mut(usize::from(kind & 15)).ok_or(BrokenJpeg)? = Some(Huffman::new(counts, symbols)?);
            segment = rest;
        }
        Ok(())
    }

    pub(super) fn read_quantization(&mut self, mut segment: &[u8]) -> Result<(), BrokenJpeg> {
        while let Some((kind, rest)) = segment.split_first() {
            let bytes = if kind >> 4 == 0 { 1 } else { 2 };
            let (values, rest) = rest.split_at_checked(64 * bytes).ok_or(BrokenJpeg)?;
            let mut table = [0; 64];
            for (place, value) in ZIGZAG.iter().zip(values.chunks_exact(bytes)) {
                let value = value.iter().fold(0, |value, byte| (value << 8) | u16::from(*byte));
                *table.get_mut(usize::from(*place)).ok_or(BrokenJpeg)? = value;
            }
            *self.quantization.get_mut(usize::from(kind & 15)).ok_or(BrokenJpeg)? = Some(table);
            segment = rest;
        }
        Ok(())
    }

    pub(super) fn read_restart_interval(&mut self, segment: &[u8]) -> Result<(), BrokenJpeg> {
        let (interval, _) = segment.split_first_chunk().ok_or(BrokenJpeg)?;
        self.restart_interval = u16::from_be_bytes(*interval).into();
        Ok(())
    }

    pub(super) fn read_adobe(&mut self, segment: &[u8]) {
        if let Some([_, _, _, _, _, _, transform, ..]) = segment.strip_prefix(b"Adobe") {
            self.adobe = Some(*transform);
        }
    }

    /// The codes of the means (class 0) or of the rest (class 1).
    pub(super) fn huffman(&self, class: usize, number: u8) -> Result<&Huffman, BrokenJpeg> {
        let table = self.huffman.get(class).and_then(|tables| tables.get(usize::from(number)));
        table.and_then(Option::as_ref).ok_or(BrokenJpeg)
    }

    pub(super) fn quantization(&self, number: usize) -> Result<&[u16; 64], BrokenJpeg> {
        self.quantization.get(number).and_then(Option::as_ref).ok_or(BrokenJpeg)
    }
}
