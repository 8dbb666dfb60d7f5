use super::BrokenJpeg;
use super::bits::Bits;

/// How many bits are looked up at once; longer codes are rare.
const QUICK_BITS: u32 = 9;

/// A table of Huffman codes (T.81, C.2).
pub(super) struct Huffman {
    /// Length and symbol by the next bits; length zero where the code is longer.
    quick: Vec<(u8, u8)>,
    /// Of each length from one: the first code that is too great for it, as sixteen bits, and what leads from a code
    /// of this length to the place of its symbol.
    lengths: [(u32, i32); 16],
    symbols: Vec<u8>,
}

impl Huffman {
    /// From how many codes there are of each length, and the symbols in the order of their codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, BrokenJpeg> {
        let mut quick = vec![(0, 0); 1 << QUICK_BITS];
        let mut lengths = [(0, 0); 16];
        let (mut code, mut place) = (0_u32, 0_usize);
        for ((length, count), of_length) in (1_u8..).zip(counts).zip(&mut lengths) {
            let first = code;
            let place_of_first = i32::try_from(place).map_err(|_| BrokenJpeg)?;
            for symbol in symbols.get(place..place + usize::from(*count)).ok_or(BrokenJpeg)? {
                if u32::from(length) <= QUICK_BITS {
                    let unused = QUICK_BITS - u32::from(length);
                    let from = usize::try_from(code << unused).map_err(|_| BrokenJpeg)?;
                    quick.get_mut(from..from + (1 << unused)).ok_or(BrokenJpeg)?.fill((length, *symbol));
                }
                code += 1;
            }
            if code > 1 << length {
                return Err(BrokenJpeg);
            }
            place += usize::from(*count);
            let offset = place_of_first - i32::try_from(first).map_err(|_| BrokenJpeg)?;
            *of_length = (code << (16 - length), offset);
            code <<= 1;
        }
        Ok(Self { quick, lengths, symbols: symbols.to_vec() })
    }

    /// Reads one symbol.
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, BrokenJpeg> {
        let next = bits.peek();
        let (length, symbol) =
            self.quick.get(usize::from(next >> (16 - QUICK_BITS))).copied().unwrap_or_default();
        if length > 0 {
            bits.skip(length.into())?;
            return Ok(symbol);
        }
        let of_length = |(_, (end, _)): &(u32, &(u32, i32))| u32::from(next) < *end;
        let (length, (_, offset)) = (1..).zip(&self.lengths).find(of_length).ok_or(BrokenJpeg)?;
        bits.skip(length)?;
        let place = usize::try_from(i32::from(next >> (16 - length)) + offset).map_err(|_| BrokenJpeg)?;
        self.symbols.get(place).copied().ok_or(BrokenJpeg)
    }
}
