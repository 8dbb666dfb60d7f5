use image::{DynamicImage, RgbImage, RgbaImage};

/// From so many pixels on the longer side on, a picture is reduced to about this many, or at least to two thirds: enough
/// for the good filter to work on.
const FINE: u32 = 1536;

/// Takes pixels in any order, and keeps the means of squares of them: never the picture in full.
pub(super) struct Reducer {
    size: (u32, u32),
    reduced: (u32, u32),
    /// Red, green, blue and alpha, summed over squares of up to five by five pixels.
    sums: Vec<u16>,
    has_alpha: bool,
}

impl Reducer {
    /// For a picture of this size, with alpha or without.
    pub(super) fn new(size: (u32, u32), has_alpha: bool) -> Self {
        let longest = size.0.max(size.1);
        let square = if longest < FINE { 1 } else { (longest / (FINE * 2 / 3)).max(2) };
        // Where sides are no multiples, some squares are a pixel longer.
        let reduced = ((size.0 / square).max(1), (size.1 / square).max(1));
        let count = usize::try_from(u64::from(reduced.0) * u64::from(reduced.1)).unwrap_or_default();
        Self { size, reduced, sums: vec![0; count * 4], has_alpha }
    }

    /// Takes pixels of a row: the first at `from`, the others `step` apart, each as red, green, blue, alpha. Where there
    /// is alpha, the colours must have been multiplied by it.
    pub(super) fn take(&mut self, y: u32, (from, step): (u32, u32), pixels: impl Iterator<Item = [u8; 4]>) {
        let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let width = index(self.reduced.0) * 4;
        let start = index(y * self.reduced.1 / self.size.1).saturating_mul(width);
        let Some(row) = self.sums.get_mut(start..start.saturating_add(width)) else { return };
        let (row, _) = row.as_chunks_mut::<4>();
        let mut place = index(from * self.reduced.0 / self.size.0);
        let mut beyond = from * self.reduced.0 % self.size.0;
        for pixel in pixels {
            if let Some(sums) = row.get_mut(place) {
                sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum = sum.saturating_add(value.into()));
            }
            beyond += step * self.reduced.0;
            while beyond >= self.size.0 {
                beyond -= self.size.0;
                place += 1;
            }
        }
    }

    /// The means.
    pub(super) fn finish(self) -> DynamicImage {
        let channels = if self.has_alpha { 4 } else { 3 };
        let columns = lengths(self.size.0, self.reduced.0);
        let counts = lengths(self.size.1, self.reduced.1)
            .flat_map(|height| columns.clone().map(move |width| width * height));
        let mut bytes = Vec::with_capacity(self.sums.len() / 4 * channels);
        for (count, sums) in counts.zip(self.sums.chunks_exact(4)) {
            let mean = |sum: &u16| u8::try_from((u32::from(*sum) + count / 2) / count).unwrap_or(u8::MAX);
            bytes.extend(sums.iter().take(channels).map(mean));
        }
        let (width, height) = self.reduced;
        let picture = if self.has_alpha {
            RgbaImage::from_raw(width, height, bytes).map(DynamicImage::from)
        } else {
            RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
        };
        picture.unwrap_or_default()
    }
}

/// How many pixels each place of a side holds.
fn lengths(side: u32, places: u32) -> impl Iterator<Item = u32> + Clone {
    let start = move |place: u32| (place * side).div_ceil(places);
    (0..places).map(move |place| start(place + 1) - start(place))
}

/// A pixel whose colours are multiplied by its alpha: what is transparent must not shine through at the edges, nor be
/// there to be found at all.
pub(super) fn premultiplied([red, green, blue, alpha]: [u8; 4]) -> [u8; 4] {
    let times =
        |value: u8| u8::try_from((u16::from(value) * u16::from(alpha) + 127) / 255).unwrap_or(u8::MAX);
    [times(red), times(green), times(blue), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_means_also_where_sides_are_no_multiples() {
        // Squares of two, of which one in each direction is longer.
        let mut reducer = Reducer::new((1537, 3), false);
        for y in 0..3 {
            let value = |x: u32| if x.is_multiple_of(2) { 10 } else { 20 };
            let pixel = |x: u32| [value(x), 0, u8::try_from(y * 60).unwrap(), 255];
            reducer.take(y, (0, 1), (0..1537).map(pixel));
        }
        let picture = reducer.finish().into_rgb8();
        assert_eq!(picture.dimensions(), (768, 1));
        assert_eq!(picture.get_pixel(0, 0).0, [13, 0, 60], "three by three");
        assert_eq!(picture.get_pixel(1, 0).0, [15, 0, 60]);
        assert_eq!(picture.get_pixel(767, 0).0, [15, 0, 60]);
    }

    #[test]
    fn every_pixel_counts_once() {
        for (side, places) in [(1, 1), (1536, 768), (1537, 768), (4095, 1365), (4096, 1024), (3071, 1535)] {
            assert_eq!(lengths(side, places).sum::<u32>(), side);
            let mut reducer = Reducer::new((side, 1), false);
            reducer.take(0, (0, 1), (0..side).map(|_| [200; 4]));
            let is_even = reducer.finish().into_rgb8().pixels().all(|pixel| pixel.0 == [200; 3]);
            assert!(is_even, "{side}");
        }
    }

    #[test]
    fn the_order_of_pixels_does_not_matter() {
        let value = |x: u32, y: u32| [u8::try_from((x * 7 + y * 13) % 251).unwrap(); 4];
        let size = (1600, 5);
        let mut by_rows = Reducer::new(size, true);
        (0..5).for_each(|y| by_rows.take(y, (0, 1), (0..1600).map(|x| value(x, y))));
        let mut in_passes = Reducer::new(size, true);
        for (from, step) in [(0, 8), (4, 8), (2, 4), (1, 2)] {
            for y in 0..5 {
                in_passes.take(y, (from, step), (from..1600).step_by(step as usize).map(|x| value(x, y)));
            }
        }
        assert_eq!(by_rows.finish(), in_passes.finish());
    }
}
