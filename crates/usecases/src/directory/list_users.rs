use chrono::DateTime;
use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{DirectoryEntry, EmailKey, NameKey, UserId};
use roster_ports::{Position, Slice, UserFilter};
use uuid::Uuid;

use super::Profile;
use crate::{Failure, Page, Ports, Refused};

/// Which part of the directory to list.
#[derive(Debug, Clone)]
pub struct ListUsers {
    /// Whom.
    pub filter: UserFilter,
    /// How many at most.
    pub limit: u32,
    /// From where on.
    pub start: Start,
}

/// From where on to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// From the first of this page; pages count from 1.
    Page(u64),
    /// From where another answer ended.
    Cursor(String),
}

/// A part of the directory.
#[derive(Debug, Clone)]
pub struct DirectoryPage {
    /// The people, in order, and where they go on.
    pub people: Page<Profile>,
    /// How many there are in all.
    pub total: u64,
}

/// Lists people by last name, first name, creation and id.
pub async fn list_users(ports: &Ports, caller: &Caller, list: ListUsers) -> Result<DirectoryPage, Failure> {
    decide(Operation::ListUsers, Target::Another, caller)?;
    let cursor = cursor_of(&list.filter);
    let slice = slice(ports, &list, &cursor)?;
    let (filter, take) = (list.filter, list.limit + 1);
    let (entries, total) = ports
        .store
        .list(move |tx| Ok((tx.users().list(&filter, &slice, take)?, tx.users().count(&filter)?)))
        .await?;
    let seal = |last: &DirectoryEntry| ports.seals.seal(&cursor, &payload(&Position::of(&last.user)));
    let page = Page::cut(entries, list.limit, seal);
    let items = page.items.into_iter().map(|entry| Profile::seen_by(caller, entry)).collect();
    Ok(DirectoryPage { people: Page { items, next_cursor: page.next_cursor }, total })
}

fn slice(ports: &Ports, list: &ListUsers, cursor_of_list: &str) -> Result<Slice, Refused> {
    match &list.start {
        Start::Page(page) => Ok(Slice::Skip(page.saturating_sub(1).saturating_mul(u64::from(list.limit)))),
        Start::Cursor(cursor) => {
            let payload = ports.seals.open(cursor_of_list, cursor).ok_or(Refused::UnknownCursor)?;
            position(&payload).map(Slice::After).ok_or(Refused::UnknownCursor)
        }
    }
}

/// A cursor holds: creation in µs, id, folded names.
fn payload(position: &Position) -> Vec<u8> {
    [
        position.created_at.timestamp_micros().to_be_bytes().as_slice(),
        position.id.uuid().as_bytes(),
        position.name_key.as_str().as_bytes(),
    ]
    .concat()
}

fn position(payload: &[u8]) -> Option<Position> {
    let (created_at, rest) = payload.split_first_chunk::<8>()?;
    let (id, name_key) = rest.split_first_chunk::<16>()?;
    Some(Position {
        name_key: NameKey::from_stored(String::from_utf8(name_key.to_vec()).ok()?),
        created_at: DateTime::from_timestamp_micros(i64::from_be_bytes(*created_at))?,
        id: UserId::new(Uuid::from_bytes(*id)),
    })
}

/// The purpose of a cursor: to go on with the list of these filters, whatever the order and repetition of the ids.
fn cursor_of(filter: &UserFilter) -> String {
    let mut ids = filter.ids.clone();
    if let Some(ids) = &mut ids {
        ids.sort_unstable();
        ids.dedup();
    }
    let words = filter.search.as_ref().map(|words| words.iter().collect::<Vec<_>>());
    format!("users {:?} {ids:?} {words:?}", filter.email.as_ref().map(EmailKey::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Disclosure;
    use crate::fixture::{World, caller, user};
    use roster_domain::{Role, SearchWords, SignIns};

    fn list(start: Start, search: Option<&str>) -> ListUsers {
        let filter = UserFilter { search: search.and_then(SearchWords::of), ..UserFilter::default() };
        ListUsers { filter, limit: 2, start }
    }

    fn three_people() -> World {
        let mut world = World::new();
        world.tx.users.expect_count().returning(|_| Ok(3));
        world.tx.users.expect_list().returning(|_, from, take| {
            assert_eq!(take, 3);
            let first = match from {
                Slice::Skip(skipped) => usize::try_from(*skipped).unwrap(),
                Slice::After(position) => usize::try_from(position.id.uuid().as_u128()).unwrap(),
            };
            let all = (1..=3)
                .map(|n| DirectoryEntry { user: user(n, &[Role::Tech]), sign_ins: SignIns::default() });
            Ok(all.skip(first).take(3).collect())
        });
        world
    }

    #[tokio::test]
    async fn a_cursor_goes_on_where_the_page_ended() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = three_people().ports();
        let first = list_users(&ports, &caller(&ada), list(Start::Page(1), None)).await.unwrap();
        assert_eq!((first.people.items.len(), first.total), (2, 3));
        let cursor = Start::Cursor(first.people.next_cursor.unwrap());
        let second = list_users(&ports, &caller(&ada), list(cursor, None)).await.unwrap();
        assert_eq!(second.people.items.first().unwrap().user.id, user(3, &[Role::Tech]).id);
        assert_eq!(second.people.next_cursor, None);
    }

    #[tokio::test]
    async fn a_cursor_of_other_filters_is_refused() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = three_people().ports();
        let first = list_users(&ports, &caller(&ada), list(Start::Page(1), Some("byron"))).await.unwrap();
        for cursor in
            [first.people.next_cursor.unwrap(), "users None None None.00".to_owned(), "junk".to_owned()]
        {
            let failure =
                list_users(&ports, &caller(&ada), list(Start::Cursor(cursor), None)).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::UnknownCursor)));
        }
    }

    #[tokio::test]
    async fn private_members_are_disclosed_to_oneself_and_to_administrators() {
        for (roles, expected) in [
            ([Role::Tech], [Disclosure::Private, Disclosure::Public]),
            ([Role::Hr], [Disclosure::Private, Disclosure::Private]),
        ] {
            let (ports, _) = three_people().ports();
            let page =
                list_users(&ports, &caller(&user(1, &roles)), list(Start::Page(1), None)).await.unwrap();
            let seen: Vec<Disclosure> = page.people.items.iter().map(|profile| profile.disclosure).collect();
            assert_eq!(seen, expected);
        }
    }

    #[tokio::test]
    async fn a_page_beyond_all_numbers_is_empty() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new();
        world.tx.users.expect_count().returning(|_| Ok(3));
        world.tx.users.expect_list().returning(|_, from, _| {
            assert_eq!(*from, Slice::Skip(u64::MAX));
            Ok(Vec::new())
        });
        let (ports, _) = world.ports();
        let page = list_users(&ports, &caller(&ada), list(Start::Page(u64::MAX), None)).await.unwrap();
        assert!(page.people.items.is_empty());
    }
}
