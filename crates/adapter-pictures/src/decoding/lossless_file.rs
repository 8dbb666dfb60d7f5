use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// The bytes before the content of the stream.
const HEAD: usize = 25;

/// A WebP file around a VP8L stream of another one, which is not copied. It says that alpha is used.
pub(super) struct LosslessFile<'a> {
    head: [u8; HEAD],
    content: &'a [u8],
    at: u64,
}

impl<'a> LosslessFile<'a> {
    /// From what follows the head of the stream. `None` where it is longer than a file may be.
    pub(super) fn new(content: &'a [u8], size: (u32, u32)) -> Option<Self> {
        let length = u32::try_from(content.len()).ok()?.checked_add(5)?;
        let whole = length.checked_add(12 + length % 2)?;
        let bits = (size.0 - 1) | (size.1 - 1) << 14 | 1 << 28;
        let head = [
            &b"RIFF"[..],
            &whole.to_le_bytes(),
            b"WEBPVP8L",
            &length.to_le_bytes(),
            &[0x2f],
            &bits.to_le_bytes(),
        ];
        Some(Self { head: head.concat().try_into().ok()?, content, at: 0 })
    }

    fn rest(&self) -> &[u8] {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        match self.head.get(at..) {
            Some(head) if !head.is_empty() => head,
            _ => self.content.get(at.saturating_sub(HEAD)..).unwrap_or_default(),
        }
    }
}

impl BufRead for LosslessFile<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.rest())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

impl Read for LosslessFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.rest().read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl Seek for LosslessFile<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let length = u64::try_from(HEAD + self.content.len()).map_err(io::Error::other)?;
        let sought = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => length.checked_add_signed(by),
        };
        self.at = sought.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
