//! Lists that go on from a cursor: an opaque, sealed place that only this service can make.

use uuid::Uuid;

use crate::{Ports, Refused};

/// Part of a list that goes on from a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the list goes on; `None` at its end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts off what was read beyond the limit only to know whether the list goes on.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, cursor_after: impl FnOnce(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if goes_on { items.last().map(cursor_after) } else { None };
        Self { items, next_cursor }
    }
}

/// Seals the place after an item into a cursor that is good for this list alone.
pub(crate) fn seal_after(ports: &Ports, list: &str, after: Uuid) -> String {
    ports.seals.seal(list, after.as_bytes())
}

/// The place in a cursor of [`seal_after`]; refuses one of another list.
pub(crate) fn open_after(ports: &Ports, list: &str, cursor: &str) -> Result<Uuid, Refused> {
    let payload = ports.seals.open(list, cursor).ok_or(Refused::UnknownCursor)?;
    Uuid::from_slice(&payload).map_err(|_| Refused::UnknownCursor)
}
