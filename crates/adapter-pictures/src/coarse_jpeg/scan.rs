use super::BrokenJpeg;
use super::bits::Bits;
use super::coefficients::Block;
use super::frame::{Component, Frame, Tables};
use super::huffman::Huffman;

/// What a scan tells of the coefficients (T.81, B.2.3 and G.1).
#[derive(Clone, Copy)]
enum Pass {
    /// All of them, whole.
    Whole,
    /// The means, without so many bits at their end.
    Means(u32),
    /// One more bit of the means.
    MeansRefined(u32),
    /// Others, from one to another, without so many bits at their end.
    Others(u8, u8, u32),
    /// One more bit of others.
    OthersRefined(u8, u8, u32),
}

/// A component in a scan.
struct Part<'t> {
    component: usize,
    means: Option<&'t Huffman>,
    others: Option<&'t Huffman>,
    /// The last mean, from which the next one differs.
    mean: i32,
}

/// Reads one scan, whose header is this segment.
pub(super) fn read(
    header: &[u8],
    frame: &mut Frame,
    tables: &Tables,
    bits: &mut Bits<'_>,
) -> Result<(), BrokenJpeg> {
    let (count, rest) = header.split_first().ok_or(BrokenJpeg)?;
    let (specs, rest) = rest.split_at_checked(2 * usize::from(*count)).ok_or(BrokenJpeg)?;
    let pass = pass(rest, frame.is_progressive)?;
    let mut parts = Vec::new();
    for [id, selectors] in specs.as_chunks::<2>().0 {
        let component = frame.components.iter().position(|it| it.id == *id).ok_or(BrokenJpeg)?;
        if parts.iter().any(|part: &Part<'_>| part.component == component) {
            return Err(BrokenJpeg);
        }
        let means = matches!(pass, Pass::Whole | Pass::Means(_));
        let others = matches!(pass, Pass::Whole | Pass::Others(..) | Pass::OthersRefined(..));
        let means = means.then(|| tables.huffman(0, selectors >> 4)).transpose()?;
        let others = others.then(|| tables.huffman(1, selectors & 15)).transpose()?;
        parts.push(Part { component, means, others, mean: 0 });
    }
    let mut scan = Scan { pass, run: 0, units_left: tables.restart_interval, tables };
    match parts.as_mut_slice() {
        [] => Err(BrokenJpeg),
        [part] => scan.read_alone(frame, part, bits),
        _ if matches!(pass, Pass::Others(..) | Pass::OthersRefined(..)) => Err(BrokenJpeg),
        parts => scan.read_together(frame, parts, bits),
    }
}

fn pass(header: &[u8], is_progressive: bool) -> Result<Pass, BrokenJpeg> {
    let [from, to, bits] = header else { return Err(BrokenJpeg) };
    let (known, left) = (bits >> 4, u32::from(bits & 15));
    match (from, to, known) {
        _ if !is_progressive => Ok(Pass::Whole),
        _ if left > 13 => Err(BrokenJpeg),
        (0, 0, 0) => Ok(Pass::Means(left)),
        (0, 0, _) => Ok(Pass::MeansRefined(left)),
        (1..=63, to, 0) if (from..=&63).contains(&to) => Ok(Pass::Others(*from, *to, left)),
        (1..=63, to, _) if (from..=&63).contains(&to) => Ok(Pass::OthersRefined(*from, *to, left)),
        _ => Err(BrokenJpeg),
    }
}

struct Scan<'t> {
    pass: Pass,
    /// How many blocks from here on have nothing more to tell.
    run: i32,
    /// How many units are left until the decoding starts afresh.
    units_left: usize,
    tables: &'t Tables,
}

impl Scan<'_> {
    /// A scan of one component leaves out the blocks that only fill up units.
    fn read_alone(
        &mut self,
        frame: &mut Frame,
        part: &mut Part<'_>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BrokenJpeg> {
        let component = frame.components.get_mut(part.component).ok_or(BrokenJpeg)?;
        for row in 0..component.filled.1 {
            for column in 0..component.filled.0 {
                self.begin_unit(std::slice::from_mut(part), bits)?;
                self.read_block(component, row, column, part, bits)?;
            }
        }
        Ok(())
    }

    fn read_together(
        &mut self,
        frame: &mut Frame,
        parts: &mut [Part<'_>],
        bits: &mut Bits<'_>,
    ) -> Result<(), BrokenJpeg> {
        for (unit_row, unit_column) in
            (0..frame.units.1).flat_map(|row| (0..frame.units.0).map(move |column| (row, column)))
        {
            self.begin_unit(parts, bits)?;
            for part in &mut *parts {
                let component = frame.components.get_mut(part.component).ok_or(BrokenJpeg)?;
                let (across, down) = component.density;
                for (row, column) in (0..down).flat_map(|row| (0..across).map(move |column| (row, column))) {
                    let (row, column) = (unit_row * down + row, unit_column * across + column);
                    self.read_block(component, row, column, part, bits)?;
                }
            }
        }
        Ok(())
    }

    fn begin_unit(&mut self, parts: &mut [Part<'_>], bits: &mut Bits<'_>) -> Result<(), BrokenJpeg> {
        if self.tables.restart_interval == 0 {
            return Ok(());
        }
        if self.units_left == 0 {
            bits.restart()?;
            self.run = 0;
            self.units_left = self.tables.restart_interval;
            for part in parts {
                part.mean = 0;
            }
        }
        self.units_left -= 1;
        Ok(())
    }

    fn read_block(
        &mut self,
        component: &mut Component,
        row: usize,
        column: usize,
        part: &mut Part<'_>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BrokenJpeg> {
        let mut block = component.coefficients.block(row * component.stride + column)?;
        match self.pass {
            Pass::Whole => {
                block.set(0, part.next_mean(bits)?);
                let others = part.others.ok_or(BrokenJpeg)?;
                self.others(&mut block, (1, 63, 0), others, bits)?;
                // The end of a run is the end of a block here.
                self.run = 0;
            }
            Pass::Means(left) => block.set(0, part.next_mean(bits)? << left),
            Pass::MeansRefined(left) => {
                if bits.bit()? {
                    block.refine_mean(1 << left);
                }
            }
            Pass::Others(from, to, left) => {
                self.others(&mut block, (from, to, left), part.others.ok_or(BrokenJpeg)?, bits)?;
            }
            Pass::OthersRefined(from, to, left) => {
                self.refine(&mut block, (from, to, left), part.others.ok_or(BrokenJpeg)?, bits)?;
            }
        }
        Ok(())
    }

    /// Coefficients that were not told of before (T.81, F.2.2.2 and G.1.2.2).
    fn others(
        &mut self,
        block: &mut Block<'_>,
        (from, to, left): (u8, u8, u32),
        codes: &Huffman,
        bits: &mut Bits<'_>,
    ) -> Result<(), BrokenJpeg> {
        if self.run > 0 {
            self.run -= 1;
            return Ok(());
        }
        let mut at = from;
        while at <= to {
            let symbol = codes.symbol(bits)?;
            let (zeros, size) = (symbol >> 4, u32::from(symbol & 15));
            if size > 0 {
                at += zeros;
                if at > to {
                    return Err(BrokenJpeg);
                }
                block.set(at, bits.difference(size)? << left);
                at += 1;
            } else if zeros == 15 {
                at += 16;
            } else {
                self.run = (1 << zeros) - 1 + bits.number(zeros.into())?;
                return Ok(());
            }
        }
        Ok(())
    }

    /// One more bit of coefficients that were told of, and the first of new ones (T.81, G.1.2.3).
    fn refine(
        &mut self,
        block: &mut Block<'_>,
        (from, to, left): (u8, u8, u32),
        codes: &Huffman,
        bits: &mut Bits<'_>,
    ) -> Result<(), BrokenJpeg> {
        let mut at = from;
        while self.run == 0 && at <= to {
            let symbol = codes.symbol(bits)?;
            let (mut zeros, size) = (symbol >> 4, symbol & 15);
            let value = match size {
                0 if zeros < 15 => {
                    self.run = (1 << zeros) + bits.number(zeros.into())?;
                    break;
                }
                0 => None,
                1 if bits.bit()? => Some(1 << left),
                1 => Some(-1 << left),
                _ => return Err(BrokenJpeg),
            };
            while at <= to {
                if block.nonzero() & (1 << at) == 0 {
                    if zeros == 0 {
                        break;
                    }
                    zeros -= 1;
                } else if bits.bit()? {
                    block.enlarge(at, 1 << left);
                }
                at += 1;
            }
            if let Some(value) = value {
                if at > to {
                    return Err(BrokenJpeg);
                }
                block.set(at, value);
            }
            at += 1;
        }
        if self.run > 0 {
            self.run -= 1;
            let mut told = block.nonzero() & (u64::MAX >> (63 - to)) & (u64::MAX << at.min(63));
            // Past the last one there is nothing left of the block.
            if at > to {
                told = 0;
            }
            while told != 0 {
                let next = u8::try_from(told.trailing_zeros()).map_err(|_| BrokenJpeg)?;
                if bits.bit()? {
                    block.enlarge(next, 1 << left);
                }
                told &= told - 1;
            }
        }
        Ok(())
    }
}

impl Part<'_> {
    fn next_mean(&mut self, bits: &mut Bits<'_>) -> Result<i32, BrokenJpeg> {
        let size = self.means.ok_or(BrokenJpeg)?.symbol(bits)?;
        if size > 15 {
            return Err(BrokenJpeg);
        }
        let mean = self.mean + bits.difference(size.into())?;
        // What no JPEG of eight bits needs, and what could not be kept.
        self.mean = i16::try_from(mean).map_err(|_| BrokenJpeg)?.into();
        Ok(self.mean)
    }
}
