use sha2::{Digest, Sha256};
use std::fmt;

/// What rows hold, summed up in the order of their keys: two tables with the same rows have the same checksum, on
/// whichever database they are.
///
/// It is SHA-256 over every column of every row: a byte that tells whether there is a value, then a number as eight
/// bytes, or the length of a text or bytes as eight bytes and they themselves.
#[derive(Clone, Default)]
pub(crate) struct Checksum {
    digest: Sha256,
    rows: u64,
}

impl Checksum {
    /// Counts a row whose columns were added.
    pub(crate) const fn end_row(&mut self) {
        self.rows += 1;
    }

    pub(crate) fn summary(self) -> Summary {
        Summary { rows: self.rows, sha256: self.digest.finalize().into() }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
    }

    fn add_number(&mut self, number: i64) {
        self.add(&[1]);
        self.add(&number.to_be_bytes());
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        self.add(&[1]);
        self.add(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.add(bytes);
    }
}

/// How many rows a table has, and the checksum of all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How many rows there are.
    pub rows: u64,
    /// SHA-256 over all of them, in the order of their keys.
    pub sha256: [u8; 32],
}

impl Summary {
    /// The checksum in hexadecimal.
    pub fn checksum(&self) -> String {
        self.sha256.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} rows, {}", self.rows, self.checksum())
    }
}

/// A value of a column.
pub(crate) trait Column {
    fn add_to(&self, checksum: &mut Checksum);
}

impl Column for i64 {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_number(*self);
    }
}

impl Column for i32 {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_number(i64::from(*self));
    }
}

impl Column for i16 {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_number(i64::from(*self));
    }
}

impl Column for bool {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_number(i64::from(*self));
    }
}

impl Column for String {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_bytes(self.as_bytes());
    }
}

impl Column for Vec<u8> {
    fn add_to(&self, checksum: &mut Checksum) {
        checksum.add_bytes(self);
    }
}

impl<T: Column> Column for Option<T> {
    fn add_to(&self, checksum: &mut Checksum) {
        match self {
            Some(value) => value.add_to(checksum),
            None => checksum.add(&[0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(columns: &[&dyn Column]) -> Summary {
        let mut checksum = Checksum::default();
        for column in columns {
            column.add_to(&mut checksum);
        }
        checksum.end_row();
        checksum.summary()
    }

    #[test]
    fn where_a_value_ends_counts() {
        let text = |text: &str| text.to_owned();
        assert_ne!(summary(&[&text("ab"), &text("c")]), summary(&[&text("a"), &text("bc")]));
        assert_ne!(summary(&[&text(""), &None::<String>]), summary(&[&None::<String>, &text("")]));
    }

    #[test]
    fn the_width_of_a_number_does_not_count() {
        assert_eq!(summary(&[&7_i16, &true]), summary(&[&7_i64, &1_i32]));
        assert_ne!(summary(&[&7_i16]), summary(&[&-7_i16]));
    }
}
