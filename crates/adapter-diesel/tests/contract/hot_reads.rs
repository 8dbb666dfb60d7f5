use roster_domain::permission::operator;
use roster_domain::{Client, Status, User};
use std::sync::Arc;

use super::people::{APP, anybody, at, client, rotation, session, session_id, session_until, token, user_id};
use super::world::World;

/// Asks twice, so that a cache has had its chance.
fn caller(world: &World, user: u128, session: u128) -> Option<User> {
    let first = world.caller(user_id(user), session_id(session));
    let second = world.caller(user_id(user), session_id(session));
    assert_eq!(first, second);
    first.map(Arc::unwrap_or_clone)
}

pub(crate) fn a_caller_is_known_by_a_living_session(world: &World) {
    let (user, _) = world.signed_in(1);
    assert_eq!(caller(world, 1, 1), Some(user));
    assert_eq!(caller(world, 1, 2), None);
    assert_eq!(caller(world, 2, 1), None);
}

pub(crate) fn anothers_session_is_no_proof(world: &World) {
    world.signed_in(1);
    world.signed_in(2);
    assert!(caller(world, 1, 1).is_some() && caller(world, 2, 2).is_some());
    assert_eq!(caller(world, 1, 2), None);
    assert_eq!(caller(world, 2, 1), None);
}

pub(crate) fn a_change_shows_on_the_very_next_call(world: &World) {
    let (user, _) = world.signed_in(1);
    assert_eq!(caller(world, 1, 1), Some(user.clone()));
    for version in 2..20 {
        let changed = User { version, ..user.clone() };
        world.update(&changed);
        assert_eq!(caller(world, 1, 1), Some(changed));
    }
}

pub(crate) fn an_ended_session_counts_no_more_on_the_very_next_call(world: &World) {
    let (user, _) = world.signed_in(1);
    for n in [2, 3, 4] {
        world.start(&session_until(100, n, user.id), None);
    }
    for n in 1..=4 {
        assert!(caller(world, 1, n).is_some());
    }
    world.run(|tx| tx.sessions_mut().end(session_id(1)));
    assert_eq!(caller(world, 1, 1), None);
    world.run(|tx| tx.sessions_mut().end_all(&operator(), user_id(1), Some(session_id(3))));
    assert_eq!(caller(world, 1, 2), None);
    assert!(caller(world, 1, 3).is_some());
    world.sweep_sessions(101, 9);
    assert_eq!(caller(world, 1, 3), None);
}

pub(crate) fn a_deleted_user_counts_no_more_on_the_very_next_call(world: &World) {
    let (user, _) = world.signed_in(1);
    assert!(caller(world, 1, 1).is_some());
    world.delete(user.id);
    assert_eq!(caller(world, 1, 1), None);
}

pub(crate) fn a_disabled_user_is_told_with_the_status(world: &World) {
    let (user, _) = world.signed_in(1);
    assert_eq!(caller(world, 1, 1).unwrap().status, Status::Enabled);
    world.update(&User { status: Status::Disabled, ..user });
    assert_eq!(caller(world, 1, 1).unwrap().status, Status::Disabled);
}

pub(crate) fn a_session_of_a_disabled_client_does_not_count(world: &World) {
    world.insert_client(&Client { status: Status::Disabled, ..client(APP) });
    world.signed_in(1);
    assert_eq!(caller(world, 1, 1), None);
}

pub(crate) fn a_new_session_counts_after_it_was_unknown(world: &World) {
    assert_eq!(caller(world, 1, 1), None);
    world.signed_in(1);
    assert_eq!(caller(world, 1, 1), Some(anybody(1)));
}

pub(crate) fn a_refreshed_session_goes_on(world: &World) {
    let (user, _) = world.signed_in(1);
    let refreshed = session(2, user.id);
    world.start(&refreshed, Some(token(1, at(100))));
    assert!(caller(world, 1, 2).is_some());
    world.run(move |tx| tx.sessions_mut().rotate(&rotation(1, at(50), token(2, at(200))), &refreshed));
    assert_eq!(caller(world, 1, 2), Some(user));
}

/// Asks twice, so that a cache has had its chance.
fn kept(world: &World, id: &str) -> Option<Client> {
    let store = world.store();
    let id = id.parse().unwrap();
    let first = world.runtime().block_on(store.client(&id)).unwrap();
    let second = world.runtime().block_on(store.client(&id)).unwrap();
    assert_eq!(first, second);
    first.map(Arc::unwrap_or_clone)
}

pub(crate) fn a_client_is_found_after_it_was_unknown(world: &World) {
    assert_eq!(kept(world, APP), None);
    world.insert_client(&client(APP));
    assert_eq!(kept(world, APP), Some(client(APP)));
    assert_eq!(kept(world, "other"), None);
}

pub(crate) fn a_clients_status_shows_on_the_very_next_call(world: &World) {
    let (user, _) = world.signed_in(1);
    for status in [Status::Enabled, Status::Disabled, Status::Enabled, Status::Disabled] {
        world.run(move |tx| tx.clients_mut().set_status(&APP.parse().unwrap(), status));
        assert_eq!(kept(world, APP), Some(Client { status, ..client(APP) }));
        assert_eq!(caller(world, 1, 1), Some(user.clone()).filter(|_| status == Status::Enabled));
    }
}

pub(crate) fn a_deleted_client_counts_no_more_on_the_very_next_call(world: &World) {
    world.signed_in(1);
    assert!(kept(world, APP).is_some() && caller(world, 1, 1).is_some());
    world.run(|tx| tx.clients_mut().delete(&APP.parse().unwrap()));
    assert_eq!(kept(world, APP), None);
    assert_eq!(caller(world, 1, 1), None);
}
