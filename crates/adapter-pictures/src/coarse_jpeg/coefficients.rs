use super::BrokenJpeg;

/// Where the coefficients stand in a block, in the order of the file (T.81, figure 5).
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The coarse coefficients of a component, and which of the others are not zero.
pub(super) struct Coefficients {
    /// By block, then row, then column.
    kept: Vec<i16>,
    /// A bit for each coefficient of a block, in the order of the file; of progressive JPEGs alone.
    nonzero: Vec<u64>,
    /// How many each block keeps.
    in_block: usize,
    /// Where in a block a coefficient is kept, in the order of the file; 64 where it is not.
    places: [u8; 64],
}

/// One block of them.
pub(super) struct Block<'a> {
    kept: &'a mut [i16],
    nonzero: &'a mut u64,
    places: &'a [u8; 64],
}

impl Coefficients {
    /// All zero: so many rows and columns of so many blocks.
    pub(super) fn new(points: usize, blocks: usize, is_progressive: bool) -> Self {
        let place = |natural: u8| {
            let (row, column) = (usize::from(natural / 8), usize::from(natural % 8));
            let is_kept = row < points && column < points;
            u8::try_from(row * points + column).ok().filter(|_| is_kept).unwrap_or(64)
        };
        let in_block = points * points;
        Self {
            kept: vec![0; blocks * in_block],
            nonzero: vec![0; if is_progressive { blocks } else { 1 }],
            in_block,
            places: ZIGZAG.map(place),
        }
    }

    /// The block of this number, to write to.
    pub(super) fn block(&mut self, number: usize) -> Result<Block<'_>, BrokenJpeg> {
        let start = number * self.in_block;
        let kept = self.kept.get_mut(start..start + self.in_block).ok_or(BrokenJpeg)?;
        // Sequential JPEGs, which never look back, share the one there is.
        let number = if self.nonzero.len() == 1 { 0 } else { number };
        let nonzero = self.nonzero.get_mut(number).ok_or(BrokenJpeg)?;
        Ok(Block { kept, nonzero, places: &self.places })
    }

    /// What is kept of the block of this number.
    pub(super) fn kept(&self, number: usize) -> Result<&[i16], BrokenJpeg> {
        let start = number * self.in_block;
        self.kept.get(start..start + self.in_block).ok_or(BrokenJpeg)
    }
}

impl Block<'_> {
    fn kept(&mut self, at: u8) -> Option<&mut i16> {
        let place = self.places.get(usize::from(at)).copied()?;
        self.kept.get_mut(usize::from(place))
    }

    /// Sets a coefficient.
    pub(super) fn set(&mut self, at: u8, value: i32) {
        *self.nonzero |= 1 << at;
        if let Some(kept) = self.kept(at) {
            *kept = clamp(value);
        }
    }

    /// Which coefficients were set, a bit for each.
    pub(super) fn nonzero(&self) -> u64 {
        *self.nonzero
    }

    /// Adds to a coefficient, away from zero.
    pub(super) fn enlarge(&mut self, at: u8, by: i32) {
        if let Some(kept) = self.kept(at) {
            *kept = clamp(i32::from(*kept) + if *kept < 0 { -by } else { by });
        }
    }

    /// Sets bits of the first coefficient, the mean of the block.
    pub(super) fn refine_mean(&mut self, bit: i32) {
        if let Some(kept) = self.kept(0) {
            *kept = clamp(i32::from(*kept) | bit);
        }
    }
}

fn clamp(value: i32) -> i16 {
    i16::try_from(value).unwrap_or(if value < 0 { i16::MIN } else { i16::MAX })
}
