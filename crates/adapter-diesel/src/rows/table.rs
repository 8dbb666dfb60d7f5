use roster_domain::Instant;
use roster_ports::{StoreError, Stored};
use std::str::FromStr;
use uuid::Uuid;

/// A table, to name what is broken in it.
#[derive(Clone, Copy)]
pub(super) struct Table(pub(super) &'static str);

impl Table {
    pub(super) const fn broken(self, column: &'static str) -> StoreError {
        StoreError::BrokenRow { table: self.0, column }
    }

    pub(super) fn uuid(self, column: &'static str, bytes: &[u8]) -> Stored<Uuid> {
        Uuid::from_slice(bytes).map_err(|_| self.broken(column))
    }

    pub(super) fn digest(self, column: &'static str, bytes: &[u8]) -> Stored<[u8; 32]> {
        bytes.try_into().map_err(|_| self.broken(column))
    }

    pub(super) fn instant(self, column: &'static str, micros: i64) -> Stored<Instant> {
        Instant::from_timestamp_micros(micros).ok_or(self.broken(column))
    }

    pub(super) fn number<N, T: TryFrom<N>>(self, column: &'static str, number: N) -> Stored<T> {
        T::try_from(number).map_err(|_| self.broken(column))
    }

    pub(super) fn text<T: FromStr>(self, column: &'static str, text: &str) -> Stored<T> {
        text.parse().map_err(|_| self.broken(column))
    }

    pub(super) fn optional_text<T: FromStr>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Stored<Option<T>> {
        text.map(|text| self.text(column, text)).transpose()
    }
}

/// An instant as the tables hold it.
pub(crate) const fn micros(instant: Instant) -> i64 {
    instant.timestamp_micros()
}

/// An id as the tables hold it.
pub(crate) const fn bytes(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}
