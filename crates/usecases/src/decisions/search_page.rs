use crate::{Page, Ports, Refused};

/// The most that one page holds, also where more is asked for.
const MOST: u32 = 100;

/// Which part of what a search finds is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageAsked {
    /// How many at most; with a token it is that of the first request, and another one is refused.
    pub limit: Option<u32>,
    /// Where it goes on.
    pub token: Option<String>,
}

/// A part of what a search finds: a token is good for the same search alone, and knows the limit.
pub(super) struct Cut<'p> {
    ports: &'p Ports,
    search: String,
    limit: u32,
    after: Vec<u8>,
}

impl<'p> Cut<'p> {
    /// The part of this search that is asked for.
    pub(super) fn of(ports: &'p Ports, search: String, asked: &PageAsked) -> Result<Self, Refused> {
        let wished = asked.limit.map(|limit| limit.min(MOST));
        let Some(token) = &asked.token else {
            return Ok(Self { ports, search, limit: wished.unwrap_or(MOST), after: Vec::new() });
        };
        let payload = ports.seals.open(&search, token).ok_or(Refused::UnknownCursor)?;
        let (limit, after) = payload.split_first_chunk().ok_or(Refused::UnknownCursor)?;
        let limit = u32::from_be_bytes(*limit);
        if wished.is_some_and(|wished| wished != limit) {
            return Err(Refused::UnknownCursor);
        }
        Ok(Self { ports, search, limit, after: after.to_vec() })
    }

    /// After which key it begins; empty at the beginning.
    pub(super) fn after(&self) -> &[u8] {
        &self.after
    }

    /// How many to read: one more than is answered, to know whether there are more.
    pub(super) const fn take(&self) -> u32 {
        self.limit + 1
    }

    /// The page of what was read; `key` is what the order goes by.
    pub(super) fn page<T>(self, mut found: Vec<T>, key: impl FnOnce(&T) -> Vec<u8>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let goes_on = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map_or(self.after, key);
        let payload = [&self.limit.to_be_bytes()[..], &last].concat();
        let next_cursor = goes_on.then(|| self.ports.seals.seal(&self.search, &payload));
        Page { items: found, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::World;

    /// One page of the numbers from 1 to 5.
    fn numbers(search: &str, asked: &PageAsked) -> Result<Page<u8>, Refused> {
        let (ports, _) = World::new().ports();
        let cut = Cut::of(&ports, search.to_owned(), asked)?;
        let after = cut.after().first().copied().unwrap_or(0);
        let found = (after + 1..=5).take(usize::try_from(cut.take()).unwrap()).collect();
        Ok(cut.page(found, |number| vec![*number]))
    }

    fn asked(limit: Option<u32>, token: Option<String>) -> PageAsked {
        PageAsked { limit, token }
    }

    #[test]
    fn a_token_goes_on_by_the_limit_of_the_first_request() {
        let first = numbers("a", &asked(Some(2), None)).unwrap();
        assert_eq!(first.items, [1, 2]);
        let second = numbers("a", &asked(None, first.next_cursor.clone())).unwrap();
        assert_eq!(second.items, [3, 4]);
        let last = numbers("a", &asked(Some(2), second.next_cursor)).unwrap();
        assert_eq!((last.items, last.next_cursor), (vec![5], None));
        for (search, limit, token) in [
            ("b", None, first.next_cursor.clone()),
            ("a", Some(3), first.next_cursor.clone()),
            ("a", None, first.next_cursor.map(|token| token + "00x")),
            ("a", None, Some(String::new())),
            ("a", None, Some("a.00".to_owned())),
        ] {
            assert_eq!(numbers(search, &asked(limit, token)), Err(Refused::UnknownCursor));
        }
    }

    #[test]
    fn a_page_has_its_bounds() {
        assert_eq!(numbers("a", &asked(None, None)).unwrap().items.len(), 5);
        let most = numbers("a", &asked(Some(u32::MAX), None)).unwrap();
        assert_eq!((most.items.len(), most.next_cursor), (5, None));
        let none = numbers("a", &asked(Some(0), None)).unwrap();
        assert!(none.items.is_empty());
        let still_none = numbers("a", &asked(None, none.next_cursor)).unwrap();
        assert!(still_none.items.is_empty() && still_none.next_cursor.is_some());
    }
}
