use image::RgbImage;
use std::f32::consts::PI;

use super::BrokenJpeg;
use super::frame::{Component, Frame, Tables};

/// Draws the picture.
pub(super) fn draw(frame: &Frame, tables: &Tables) -> Result<RgbImage, BrokenJpeg> {
    match frame.points {
        2 => draw_with::<2>(frame, tables),
        4 => draw_with::<4>(frame, tables),
        _ => draw_with::<8>(frame, tables),
    }
}

/// The same, a row of units at a time.
fn draw_with<const N: usize>(frame: &Frame, tables: &Tables) -> Result<RgbImage, BrokenJpeg> {
    let points = u32::try_from(N).map_err(|_| BrokenJpeg)?;
    let mut picture = RgbImage::new((frame.width * points).div_ceil(8), (frame.height * points).div_ceil(8));
    let colours = Colours::of(frame, tables);
    let waves = waves::<N>();
    let row_bytes = usize::try_from(picture.width() * 3).map_err(|_| BrokenJpeg)?;
    for (unit_row, rows) in picture.chunks_mut(row_bytes * frame.densest.1 * N).enumerate() {
        let strips = frame.components.iter().map(|it| Strip::draw(it, unit_row, tables, &waves));
        let strips = strips.collect::<Result<Vec<_>, _>>()?;
        for (y, row) in rows.chunks_mut(row_bytes).enumerate() {
            let lines: Vec<_> = strips.iter().map(|strip| strip.line(y, frame)).collect();
            for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let value = |number: usize| lines.get(number).map_or(0, |line| line.value(x));
                *pixel = colours.rgb([value(0), value(1), value(2), value(3)]);
            }
        }
    }
    Ok(picture)
}

/// How much of each frequency is in each point, so that fewer points show the same picture.
type Waves<const N: usize> = [[f32; N]; N];

fn waves<const N: usize>() -> Waves<N> {
    let number = |number: usize| u16::try_from(number).map_or(0.0, f32::from);
    let count = number(N);
    let wave = |point: usize, frequency: usize| {
        let scale = if frequency == 0 { (1.0 / count).sqrt() } else { (2.0 / count).sqrt() };
        let angle = (2.0 * number(point) + 1.0) * number(frequency) * PI / (2.0 * count);
        scale * angle.cos() * (count / 8.0).sqrt()
    };
    std::array::from_fn(|point| std::array::from_fn(|frequency| wave(point, frequency)))
}

/// The points of a component in a row of units.
struct Strip {
    points: Vec<u8>,
    width: usize,
    density: (usize, usize),
}

/// A row of them, as wide as the picture.
struct Line<'a> {
    points: &'a [u8],
    density: usize,
    densest: usize,
}

impl Line<'_> {
    fn value(&self, x: usize) -> u8 {
        let x = if self.density == self.densest { x } else { x * self.density / self.densest };
        self.points.get(x).copied().unwrap_or_default()
    }
}

impl Strip {
    fn draw<const N: usize>(
        component: &Component,
        unit_row: usize,
        tables: &Tables,
        waves: &Waves<N>,
    ) -> Result<Self, BrokenJpeg> {
        let width = component.stride * N;
        let mut strip = vec![0; width * component.density.1 * N];
        let steps = tables.quantization(component.quantization)?;
        let step = |row: usize, column: usize| steps.get(row * 8 + column).map_or(0.0, |it| f32::from(*it));
        let steps = std::array::from_fn(|row| std::array::from_fn(|column| step(row, column)));
        for row in 0..component.density.1 {
            for column in 0..component.stride {
                let number = (unit_row * component.density.1 + row) * component.stride + column;
                let drawn = block(component.coefficients.kept(number)?, &steps, waves);
                for (y, line) in drawn.iter().enumerate() {
                    let start = (row * N + y) * width + column * N;
                    strip.get_mut(start..start + N).ok_or(BrokenJpeg)?.copy_from_slice(line);
                }
            }
        }
        Ok(Self { points: strip, width, density: component.density })
    }

    fn line(&self, y: usize, frame: &Frame) -> Line<'_> {
        let start = y * self.density.1 / frame.densest.1 * self.width;
        let points = self.points.get(start..start + self.width).unwrap_or_default();
        Line { points, density: self.density.0, densest: frame.densest.0 }
    }
}

/// The inverse transform of a block (T.81, A.3.3), with as many points as coefficients.
fn block<const N: usize>(coefficients: &[i16], steps: &Waves<N>, waves: &Waves<N>) -> [[u8; N]; N] {
    // By frequency down, then point across.
    let mut across = [[0.0_f32; N]; N];
    for ((values, steps), line) in coefficients.as_chunks::<N>().0.iter().zip(steps).zip(&mut across) {
        let mut values = values.map(f32::from);
        values.iter_mut().zip(steps).for_each(|(value, step)| *value *= step);
        for (wave, sum) in waves.iter().zip(line) {
            *sum = values.iter().zip(wave).map(|(value, wave)| value * wave).sum();
        }
    }
    waves.map(|wave| {
        let mut sums = [128.0_f32; N];
        for (wave, values) in wave.iter().zip(&across) {
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += wave * value);
        }
        sums.map(byte)
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is clamped to what a byte holds"
)]
fn byte(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

/// How the components tell colours.
enum Colours {
    Grey,
    Rgb,
    YCbCr,
    /// Inverted, as everybody writes it since Adobe did.
    Cmyk,
    /// The same, with the first three told as YCbCr.
    Ycck,
}

impl Colours {
    fn of(frame: &Frame, tables: &Tables) -> Self {
        match (frame.components.as_slice(), tables.adobe) {
            ([_], _) => Self::Grey,
            ([_, _, _, _], Some(2)) => Self::Ycck,
            ([_, _, _, _], _) => Self::Cmyk,
            (_, Some(0)) => Self::Rgb,
            ([r, g, b], None) if [r.id, g.id, b.id] == *b"RGB" => Self::Rgb,
            _ => Self::YCbCr,
        }
    }

    fn rgb(&self, [a, b, c, d]: [u8; 4]) -> [u8; 3] {
        let darkened =
            |value: u8| u8::try_from((u16::from(value) * u16::from(d) + 127) / 255).unwrap_or(u8::MAX);
        match self {
            Self::Grey => [a; 3],
            Self::Rgb => [a, b, c],
            Self::YCbCr => from_ycbcr(a, b, c),
            Self::Cmyk => [darkened(a), darkened(b), darkened(c)],
            Self::Ycck => from_ycbcr(a, b, c).map(|value| darkened(255 - value)),
        }
    }
}

fn from_ycbcr(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    // In 65,536ths, rounded (ITU-T T.871, 7).
    let (y, cb, cr) = ((i32::from(y) << 16) + 32_768, i32::from(cb) - 128, i32::from(cr) - 128);
    let byte = |value: i32| u8::try_from((value >> 16).clamp(0, 255)).unwrap_or(u8::MAX);
    [byte(y + 91_881 * cr), byte(y - 22_554 * cb - 46_802 * cr), byte(y + 116_130 * cb)]
}
