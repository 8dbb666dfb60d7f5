use super::BrokenJpeg;

/// The bits of a scan, without the zeros that are stuffed behind each 0xff, up to the next marker.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, the first on top; zeros below them.
    window: u64,
    /// How many there are.
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest, window: 0, count: 0 }
    }

    /// What follows the bytes that were looked at, up to the marker that ends them.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn refill(&mut self) {
        while self.count <= 56 {
            let byte = match self.rest {
                [0xff, 0, after @ ..] => {
                    self.rest = after;
                    0xff
                }
                [0xff, ..] | [] => return,
                [byte, after @ ..] => {
                    self.rest = after;
                    *byte
                }
            };
            self.window |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next sixteen bits, with zeros for those that there are not.
    pub(super) fn peek(&mut self) -> u16 {
        if self.count < 16 {
            self.refill();
        }
        let [first, second, ..] = self.window.to_be_bytes();
        u16::from_be_bytes([first, second])
    }

    pub(super) fn skip(&mut self, count: u32) -> Result<(), BrokenJpeg> {
        self.count = self.count.checked_sub(count).ok_or(BrokenJpeg)?;
        self.window <<= count;
        Ok(())
    }

    /// The next bits as a number, sixteen at most.
    pub(super) fn number(&mut self, count: u32) -> Result<i32, BrokenJpeg> {
        if count == 0 {
            return Ok(0);
        }
        let number = self.peek() >> 16_u32.saturating_sub(count);
        self.skip(count)?;
        Ok(i32::from(number))
    }

    pub(super) fn bit(&mut self) -> Result<bool, BrokenJpeg> {
        Ok(self.number(1)? == 1)
    }

    /// The next bits as a difference: those that begin with a zero are negative (T.81, F.2.2.1).
    pub(super) fn difference(&mut self, count: u32) -> Result<i32, BrokenJpeg> {
        let number = self.number(count)?;
        let is_negative = count > 0 && number < 1 << (count - 1);
        Ok(if is_negative { number - (1 << count) + 1 } else { number })
    }

    /// Passes over a restart marker, and the bits that fill up the byte before it.
    pub(super) fn restart(&mut self) -> Result<(), BrokenJpeg> {
        // Whole bytes that were not asked for mean that the marker is not where it should be.
        if self.count >= 8 {
            return Err(BrokenJpeg);
        }
        (self.window, self.count) = (0, 0);
        while let [0xff, 0xff, ..] = self.rest {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        let [0xff, 0xd0..=0xd7, after @ ..] = self.rest else { return Err(BrokenJpeg) };
        self.rest = after;
        Ok(())
    }
}
