//! How much memory the codes of a VP8L stream take (RFC 9649, 3.7), before anybody builds them.
//!
//! A stream may have 65,536 groups of five Huffman codes, each told in a dozen bytes and taking 4 kB as a table: 5 MB become
//! more than a gigabyte. This reads what comes before the pixels, as far as it must be read to count them.

/// The most symbols of green with lengths of copies: those of colours in the cache come on top.
const GREEN: usize = 256 + 24;
const MAX_CACHE_BITS: u32 = 11;
/// In which order the lengths of the codes of lengths are told.
const ORDER: [u8; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The bytes that the codes take, counted up to where they are more than `most`; `None` where the stream is broken or
/// ends before its pixels begin.
pub(super) fn memory(content: &[u8], size: (u32, u32), most: u64) -> Option<u64> {
    let mut bits = Bits { bytes: content, at: 0 };
    let (mut width, height) = size;
    // Each kind of transform comes once at most.
    for _ in 0..=4 {
        if bits.read(1)? == 0 {
            return codes(&mut bits, (width, height), most);
        }
        match bits.read(2)? {
            0 | 1 => {
                let square = bits.read(3)? + 2;
                small_picture(&mut bits, (reduced(width, square), reduced(height, square)))?;
            }
            2 => {}
            _ => {
                let colours = bits.read(8)? + 1;
                small_picture(&mut bits, (colours, 1))?;
                // Few colours take less than a byte, so that several pixels share one.
                let shared = match colours {
                    0..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                width = reduced(width, shared);
            }
        }
    }
    None
}

fn reduced(side: u32, bits: u32) -> u32 {
    side.div_ceil(1 << bits)
}

/// The codes of the picture itself.
fn codes(bits: &mut Bits<'_>, (width, height): (u32, u32), most: u64) -> Option<u64> {
    let cached = cached_colours(bits)?;
    let groups = if bits.read(1)? == 1 {
        let square = bits.read(3)? + 2;
        small_picture(bits, (reduced(width, square), reduced(height, square)))? + 1
    } else {
        1
    };
    let mut memory = 0;
    for _ in 0..groups {
        for symbols in [GREEN + cached, 256, 256, 256, 40] {
            memory += Code::read(bits, symbols)?.memory();
        }
        if memory > most {
            break;
        }
    }
    Some(memory)
}

/// How many colours the cache has.
fn cached_colours(bits: &mut Bits<'_>) -> Option<usize> {
    if bits.read(1)? == 0 {
        return Some(0);
    }
    let size = bits.read(4)?;
    (1..=MAX_CACHE_BITS).contains(&size).then(|| 1 << size)
}

/// Reads past a picture that tells something about another one; answers the largest number that red and green make in it.
/// Copies and the cache only repeat what was told before, so it is enough to look at what is told.
fn small_picture(bits: &mut Bits<'_>, (width, height): (u32, u32)) -> Option<u32> {
    let cached = cached_colours(bits)?;
    let [green, red, blue, alpha, distance] =
        [GREEN + cached, 256, 256, 256, 40].map(|symbols| Code::read(bits, symbols));
    let (green, red, blue, alpha, distance) = (green?, red?, blue?, alpha?, distance?);
    let (mut left, mut largest) = (u64::from(width) * u64::from(height), 0);
    while left > 0 {
        match green.symbol(bits)? {
            value @ 0..256 => {
                largest = largest.max(red.symbol(bits)? << 8 | value);
                blue.symbol(bits)?;
                alpha.symbol(bits)?;
                left -= 1;
            }
            prefix @ 256..280 => {
                let length = prefixed(bits, prefix - 256)?;
                let prefix = distance.symbol(bits)?;
                prefixed(bits, prefix)?;
                left = left.saturating_sub(length.into());
            }
            _ => left -= 1,
        }
    }
    Some(largest)
}

/// A number whose size is told first.
fn prefixed(bits: &mut Bits<'_>, prefix: u32) -> Option<u32> {
    if prefix < 4 {
        return Some(prefix + 1);
    }
    let extra = (prefix - 2) >> 1;
    Some(((2 + (prefix & 1)) << extra) + bits.read(extra)? + 1)
}

/// A Huffman code: how many codes there are of each length, and the symbols in their order.
struct Code {
    counts: [u32; 16],
    symbols: Vec<u16>,
}

impl Code {
    fn read(bits: &mut Bits<'_>, symbols: usize) -> Option<Self> {
        let mut lengths = vec![0; symbols];
        if bits.read(1)? == 1 {
            let has_two = bits.read(1)? == 1;
            let size = if bits.read(1)? == 1 { 8 } else { 1 };
            *lengths.get_mut(usize::try_from(bits.read(size)?).ok()?)? = 1;
            if has_two {
                *lengths.get_mut(usize::try_from(bits.read(8)?).ok()?)? = 1;
            }
            return Self::of(&lengths);
        }
        let mut of_lengths = [0; 19];
        let count = usize::try_from(4 + bits.read(4)?).ok()?;
        for place in ORDER.iter().take(count) {
            *of_lengths.get_mut(usize::from(*place))? = u8::try_from(bits.read(3)?).ok()?;
        }
        let of_lengths = Self::of(&of_lengths)?;
        let told = if bits.read(1)? == 0 {
            u32::MAX
        } else {
            let size = 2 + 2 * bits.read(3)?;
            2 + bits.read(size)?
        };
        let (mut at, mut last) = (0, 8);
        for _ in 0..told {
            if at >= symbols {
                break;
            }
            let (length, times) = match of_lengths.symbol(bits)? {
                16 => (last, 3 + bits.read(2)?),
                17 => (0, 3 + bits.read(3)?),
                18 => (0, 11 + bits.read(7)?),
                length => (u8::try_from(length).ok()?, 1),
            };
            last = if length == 0 { last } else { length };
            let end = at + usize::try_from(times).ok()?;
            lengths.get_mut(at..end)?.fill(length);
            at = end;
        }
        Self::of(&lengths)
    }

    fn of(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0; 16];
        for length in lengths.iter().filter(|length| **length > 0) {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let mut symbols = Vec::new();
        for length in 1..16 {
            symbols.extend((0..).zip(lengths).filter(|(_, it)| **it == length).map(|(symbol, _)| symbol));
        }
        Some(Self { counts, symbols })
    }

    /// One symbol; where there is but one, it takes no bits.
    fn symbol(&self, bits: &mut Bits<'_>) -> Option<u32> {
        if let [symbol] = self.symbols.as_slice() {
            return Some((*symbol).into());
        }
        let (mut code, mut first, mut place) = (0, 0, 0);
        for count in self.counts.iter().skip(1) {
            code |= bits.read(1)?;
            if code < first + count {
                let symbol = self.symbols.get(usize::try_from((place + code).checked_sub(first)?).ok()?)?;
                return Some((*symbol).into());
            }
            place += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    /// A table of four bytes for each of the first ten bits at most, and two nodes of sixteen for each longer code.
    fn memory(&self) -> u64 {
        let longest = self.counts.iter().rposition(|count| *count > 0).unwrap_or_default();
        let longer: u32 = self.counts.iter().skip(11).sum();
        128 + (4 << longest.min(10)) + u64::from(longer) * 32
    }
}

/// Bits of a stream, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for place in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits to be told, the lowest first.
    #[derive(Default)]
    struct Told(Vec<bool>);

    impl Told {
        fn add(&mut self, value: u32, count: u32) {
            self.0.extend((0..count).map(|place| value >> place & 1 == 1));
        }

        fn bytes(&self) -> Vec<u8> {
            let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
            self.0.chunks(8).map(byte).collect()
        }

        /// A code with one symbol.
        fn single(&mut self, symbol: u32) {
            self.add(0b101, 3);
            self.add(symbol, 8);
        }

        /// A code whose longest takes ten bits, so that its table is as large as may be, in thirteen bytes.
        fn deep(&mut self) {
            self.add(0, 1);
            // The lengths 1 to 6 are told in three bits, 7 to 10 in four.
            self.add(14 - 4, 4);
            for length in ORDER.iter().take(14) {
                let size = match length {
                    1..=6 => 3,
                    7..=10 => 4,
                    _ => 0,
                };
                self.add(size, 3);
            }
            // Eleven lengths: two, and nine more.
            self.add(1, 1);
            self.add(1, 3);
            self.add(9, 4);
            for length in (1..=10).chain([10]) {
                let (code, size) = if length <= 6 { (length - 1, 3) } else { (length + 5, 4_u32) };
                (0..size).rev().for_each(|place| self.add(code >> place & 1, 1));
            }
        }
    }

    /// A stream of no transforms, with so many groups of codes.
    fn with_groups(groups: u32) -> Told {
        let mut told = Told::default();
        // No transforms, no cache, groups of squares of four by four.
        told.add(0b100, 3);
        told.add(0, 3);
        // The picture that tells the groups: no cache, one colour.
        told.add(0, 1);
        told.single((groups - 1) & 255);
        told.single((groups - 1) >> 8);
        (0..3).for_each(|_| told.single(0));
        told
    }

    #[test]
    fn groups_are_counted_where_each_has_codes_of_one_symbol() {
        let mut told = with_groups(300);
        (0..300 * 5).for_each(|_| told.single(0));
        let one = Code::of(&[1]).unwrap().memory();
        assert_eq!(memory(&told.bytes(), (400, 400), u64::MAX), Some(300 * 5 * one));
        told.0.truncate(told.0.len() - 19);
        assert_eq!(memory(&told.bytes(), (400, 400), u64::MAX), None, "the last code is cut off");
    }

    /// Four megabytes of codes that take a gigabyte, and sixteen pixels.
    fn bomb() -> Vec<u8> {
        let mut told = with_groups(65_536);
        (0..65_536 * 5).for_each(|_| told.deep());
        (0..16).for_each(|_| told.add(0, 4));
        told.bytes()
    }

    #[test]
    fn tables_are_counted_no_further_than_needed() {
        let mut told = with_groups(1);
        (0..5).for_each(|_| told.deep());
        assert_eq!(memory(&told.bytes(), (4, 4), u64::MAX), Some(5 * (4_096 + 128)));
        let counted = memory(&bomb(), (4, 4), 1_000_000).unwrap();
        assert!((1_000_000..1_100_000).contains(&counted), "{counted}");
    }

    #[test]
    fn more_codes_than_there_is_room_for_are_refused() {
        let stream = [&[0x2f, 3, 0xc0, 0, 0][..], &bomb()].concat();
        assert!(stream.len() < 5 * 1024 * 1024, "{}", stream.len());
        let length = u32::try_from(stream.len()).unwrap();
        let file =
            [b"RIFF", &(length + 12).to_le_bytes()[..], b"WEBPVP8L", &length.to_le_bytes(), &stream].concat();
        let refused = crate::decoding::Source::open(&file).unwrap().decode().map(|_| ());
        assert_eq!(refused, Err(roster_ports::PictureFault::Broken));
    }

    #[test]
    fn what_other_encoders_make_is_counted_to_its_end() {
        let file = include_bytes!("samples/lossless.webp");
        let counted = memory(file.split_at(25).1, (93, 61), u64::MAX).unwrap();
        assert!((1_000..200_000).contains(&counted), "{counted}");
    }
}
