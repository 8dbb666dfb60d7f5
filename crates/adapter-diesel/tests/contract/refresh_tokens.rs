use roster_domain::Session;
use roster_ports::{RefreshTokenRecord, RefreshTokenState, StoreError, Stored};

use super::people::{at, rotation, sealed, session_id, token, user_id};
use super::world::World;

impl World {
    /// Exchanges a token for the one of the next number, which is over at the given time.
    fn rotate(&self, used: u8, at_ms: i64, until: i64, session: &Session) -> Stored<()> {
        let (session, rotation) = (session.clone(), rotation(used, at(at_ms), token(used + 1, at(until))));
        self.try_do(move |tx| tx.sessions_mut().rotate(&rotation, &session))
    }

    fn wipe(&self, used_before: i64, limit: u32) -> u32 {
        self.run(move |tx| tx.sessions_mut().wipe_successors(at(used_before), limit))
    }
}

fn record(session: &Session, expires_at: i64, state: RefreshTokenState) -> RefreshTokenRecord {
    RefreshTokenRecord { session: session.id, expires_at: at(expires_at), state }
}

/// Used at this time, with the successor of this number still sealed.
fn used(ms: i64, successor: u8) -> RefreshTokenState {
    RefreshTokenState::Used { at: at(ms), successor: Some(sealed(&token(successor, at(0)))) }
}

/// Used at this time, without what was sealed.
fn wiped(ms: i64) -> RefreshTokenState {
    RefreshTokenState::Used { at: at(ms), successor: None }
}

pub(crate) fn a_refresh_token_is_found_by_its_hash(world: &World) {
    let session = world.with_token(1);
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, RefreshTokenState::Unused)));
    assert_eq!(world.refresh_token(2), None);
}

pub(crate) fn rotating_marks_the_used_one_and_keeps_its_successor(world: &World) {
    let session = world.with_token(1);
    let now = Session {
        last_used_at: at(50),
        last_ip: None,
        user_agent: Some("curl/8".to_owned()),
        expires_at: at(200),
        ..session.clone()
    };
    world.rotate(1, 50, 200, &now).unwrap();
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, used(50, 2))));
    assert_eq!(world.refresh_token(2), Some(record(&session, 200, RefreshTokenState::Unused)));
    assert_eq!(world.session(session.id), Some(now));
}

pub(crate) fn a_used_refresh_token_cannot_be_rotated(world: &World) {
    let session = world.with_token(1);
    world.rotate(1, 50, 200, &session).unwrap();
    let before = world.refresh_token(1);
    let later = Session { last_used_at: at(77), ..session.clone() };
    for unusable in [1, 8] {
        let (rotation, later) = (rotation(unusable, at(60), token(9, at(200))), later.clone());
        let ended = world.try_do(move |tx| tx.sessions_mut().rotate(&rotation, &later));
        assert!(matches!(ended, Err(StoreError::Failed(_))));
    }
    assert_eq!(world.refresh_token(1), before);
    assert_eq!(world.refresh_token(9), None);
    assert_eq!(world.session(session.id), Some(session));
}

pub(crate) fn a_refresh_token_of_another_session_cannot_be_rotated(world: &World) {
    let (session, other) = (world.with_token(1), world.with_token(5));
    assert!(matches!(world.rotate(1, 50, 200, &other), Err(StoreError::Failed(_))));
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, RefreshTokenState::Unused)));
    assert_eq!(world.refresh_token(2), None);
}

pub(crate) fn using_a_successor_wipes_it_from_its_predecessor(world: &World) {
    let (session, other) = (world.with_token(1), world.with_token(11));
    world.rotate(11, 40, 200, &other).unwrap();
    world.rotate(1, 50, 200, &session).unwrap();
    world.rotate(2, 60, 200, &session).unwrap();
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, wiped(50))));
    assert_eq!(world.refresh_token(2), Some(record(&session, 200, used(60, 3))));
    assert_eq!(world.refresh_token(3), Some(record(&session, 200, RefreshTokenState::Unused)));
    assert_eq!(world.refresh_token(11), Some(record(&other, 100, used(40, 12))), "another chain");
}

pub(crate) fn a_chain_goes_on_without_what_was_swept_of_it(world: &World) {
    let session = world.with_token(1);
    world.rotate(1, 50, 200, &session).unwrap();
    world.rotate(2, 60, 500, &Session { expires_at: at(500), ..session.clone() }).unwrap();
    assert_eq!(world.sweep_sessions(101, 9), 1, "the first token alone");
    world.rotate(3, 150, 600, &session).unwrap();
    assert_eq!(world.refresh_token(2), Some(record(&session, 200, wiped(60))));
    assert_eq!(world.refresh_token(3), Some(record(&session, 500, used(150, 4))));
    assert_eq!(world.sweep_sessions(201, 9), 1);
    world.rotate(4, 300, 700, &session).unwrap();
    assert_eq!(world.refresh_token(5), Some(record(&session, 700, RefreshTokenState::Unused)));
}

pub(crate) fn successors_are_wiped_some_time_after_their_predecessors_were_used(world: &World) {
    let sessions: Vec<Session> = (0..4).map(|n| world.with_token(n * 10 + 1)).collect();
    for (n, session) in sessions.iter().enumerate() {
        let used = u8::try_from(n).unwrap() * 10 + 1;
        world.rotate(used, 50 + i64::from(used), 200, session).unwrap();
    }
    let states = || [1, 11, 21, 31].map(|n| world.refresh_token(n).unwrap().state);
    assert_eq!(world.wipe(51, 9), 0);
    assert_eq!(world.wipe(81, 2), 2);
    assert_eq!(states(), [wiped(51), wiped(61), used(71, 22), used(81, 32)]);
    assert_eq!(world.wipe(81, 2), 1);
    assert_eq!(world.wipe(81, 2), 0);
    assert_eq!(states(), [wiped(51), wiped(61), wiped(71), used(81, 32)]);
    assert!([2, 12, 22, 32].iter().all(|n| world.refresh_token(*n).is_some()));
}

pub(crate) fn rotating_prolongs_and_never_shortens(world: &World) {
    let session = world.with_token(1);
    let until = |ms| Session { expires_at: at(ms), ..session.clone() };
    world.rotate(1, 50, 200, &until(200)).unwrap();
    assert_eq!(world.session(session.id), Some(until(200)));
    world.rotate(2, 60, 120, &until(120)).unwrap();
    assert_eq!(world.session(session.id), Some(until(200)));
    assert_eq!(world.sweep_sessions(200, 9), 2, "the first and the last token, past their own time");
    assert_eq!(world.session(session.id), Some(until(200)));
    assert_eq!(world.sweep_sessions(201, 9), 2, "a token and the session");
    assert_eq!(world.session(session.id), None);
    assert!(world.session(session_id(1)).is_some() && world.user(user_id(1)).is_some());
}
