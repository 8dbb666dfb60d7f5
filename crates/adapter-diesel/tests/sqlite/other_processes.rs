use diesel::connection::SimpleConnection;
use roster_domain::Expiry;
use std::time::{Duration, Instant};

use crate::contract::people::{anybody, facility_id, grant, session_id, user_id};
use crate::contract::world::World;
use crate::database::{File, on};

/// Asks again until it holds, and gives up after a time that no machine needs.
fn eventually(holds: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if holds() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

fn change_beside(sql: &str, shows: impl Fn(&World) -> bool) {
    let file = File::migrated();
    let mut other = file.connection();
    let world = World::of(on(file));
    world.signed_in(1);
    assert!(world.caller(user_id(1), session_id(1)).is_some());
    assert!(!shows(&world));
    other.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON").unwrap();
    other.batch_execute(sql).unwrap();
    assert!(eventually(|| shows(&world)));
}

fn is_gone(world: &World) -> bool {
    world.caller(user_id(1), session_id(1)).is_none()
}

#[test]
fn a_change_by_another_process_shows_in_hot_reads() {
    change_beside("UPDATE users SET version = 2", |world| {
        world.caller(user_id(1), session_id(1)).is_some_and(|user| user.version == 2)
    });
}

#[test]
fn what_another_process_ends_disables_or_deletes_counts_no_more() {
    change_beside("DELETE FROM sessions", is_gone);
    change_beside("UPDATE clients SET disabled = 1", is_gone);
    change_beside("DELETE FROM users", is_gone);
}

#[test]
fn access_that_another_process_takes_away_allows_nothing_more() {
    let file = File::migrated();
    let mut other = file.connection();
    let world = World::of(on(file));
    let pair = (user_id(1), facility_id(1));
    let is_held = || world.holdings(&[pair]).get(&pair).is_some_and(|holding| holding.grant.is_some());
    world.insert(&anybody(1));
    world.give(pair.0, pair.1, &grant(&["open"], Expiry::Never));
    assert!(is_held() && is_held());
    other.batch_execute("PRAGMA busy_timeout = 10000; DELETE FROM facility_access").unwrap();
    assert!(eventually(|| !is_held()));
}

#[test]
fn what_another_process_writes_shows_at_once_in_reads() {
    let file = File::migrated();
    let mut other = file.connection();
    let world = World::of(on(file));
    world.insert(&anybody(1));
    other.batch_execute("PRAGMA busy_timeout = 10000; UPDATE users SET version = 5").unwrap();
    assert_eq!(world.user(user_id(1)).map(|user| user.version), Some(5));
}
