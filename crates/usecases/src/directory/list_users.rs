use chrono::DateTime;
use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{DirectoryEntry, NameKey, UserId};
use roster_ports::{Position, Slice, UserFilter};
use uuid::Uuid;

use super::Profile;
use crate::{Failure, Page, Ports, Refused};

const CURSOR: &str = "users";

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
    let fingerprint = fingerprint(&list.filter);
    let slice = slice(ports, &list, &fingerprint)?;
    let (filter, take) = (list.filter, list.limit + 1);
    let (entries, total) = ports
        .store
        .read(move |tx| Ok((tx.users().list(&filter, &slice, take)?, tx.users().count(&filter)?)))
        .await?;
    let seal = |last: &DirectoryEntry| seal(ports, &fingerprint, &Position::of(&last.user));
    let page = Page::cut(entries, list.limit, seal);
    let items = page.items.into_iter().map(|entry| Profile::seen_by(caller, entry)).collect();
    Ok(DirectoryPage { people: Page { items, next_cursor: page.next_cursor }, total })
}

fn slice(ports: &Ports, list: &ListUsers, fingerprint: &str) -> Result<Slice, Refused> {
    match &list.start {
        Start::Page(page) => Ok(Slice::Skip(page.saturating_sub(1).saturating_mul(u64::from(list.limit)))),
        Start::Cursor(cursor) => {
            let payload = ports.seals.open(CURSOR, cursor).ok_or(Refused::UnknownCursor)?;
            open(&payload, fingerprint).map(Slice::After).ok_or(Refused::UnknownCursor)
        }
    }
}

/// A cursor holds: length of the fingerprint, fingerprint, creation in µs, id, folded names.
fn seal(ports: &Ports, fingerprint: &str, position: &Position) -> String {
    let length = u32::try_from(fingerprint.len()).unwrap_or(u32::MAX);
    let payload = [
        length.to_be_bytes().as_slice(),
        fingerprint.as_bytes(),
        &position.created_at.timestamp_micros().to_be_bytes(),
        position.id.uuid().as_bytes(),
        position.name_key.as_str().as_bytes(),
    ]
    .concat();
    ports.seals.seal(CURSOR, &payload)
}

fn open(payload: &[u8], fingerprint: &str) -> Option<Position> {
    let (length, rest) = payload.split_first_chunk::<4>()?;
    let (made_for, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if made_for != fingerprint.as_bytes() {
        return None;
    }
    let (created_at, rest) = rest.split_first_chunk::<8>()?;
    let (id, name_key) = rest.split_first_chunk::<16>()?;
    Some(Position {
        name_key: NameKey::from_stored(String::from_utf8(name_key.to_vec()).ok()?),
        created_at: DateTime::from_timestamp_micros(i64::from_be_bytes(*created_at))?,
        id: UserId::new(Uuid::from_bytes(*id)),
    })
}

/// Tells filters apart, whatever the order and repetition of their values.
fn fingerprint(filter: &UserFilter) -> String {
    let mut ids = filter.ids.clone();
    if let Some(ids) = &mut ids {
        ids.sort_unstable();
        ids.dedup();
    }
    let words = filter.search.as_ref().map(|words| words.iter().collect::<Vec<_>>());
    format!("{:?} {:?} {:?}", filter.email.as_ref().map(roster_domain::EmailKey::as_str), ids, words)
}
