//! What gateways are told.

mod authorize;
mod doors;
mod paths;

use super::fixture::Answer;

const IDENTITY: [&str; 5] =
    ["X-Roster-User-Id", "X-Roster-Email", "X-Roster-Roles", "X-Roster-Scopes", "X-Roster-Client-Id"];

fn identity(answer: &Answer) -> [&str; 5] {
    assert!(IDENTITY.iter().all(|name| answer.headers.contains_key(*name)));
    IDENTITY.map(|name| answer.header(name))
}
