use roster_domain::{Session, UserId};
use roster_ports::{NewRefreshToken, RefreshTokenRecord, RefreshTokenState, StoreError, Stored, TokenHash};

use super::people::{anybody, at, session, session_id, token, user_id};
use super::world::World;

impl World {
    fn refresh_token(&self, n: u8) -> Option<RefreshTokenRecord> {
        self.read(move |tx| tx.sessions().refresh_token(&TokenHash([n; 32])))
    }

    fn rotate(&self, used: u8, successor: NewRefreshToken, session: &Session) -> Stored<()> {
        let session = session.clone();
        self.try_do(move |tx| tx.sessions_mut().rotate(&TokenHash([used; 32]), &successor, &session))
    }

    fn sweep(&self, now: i64, limit: u32) -> u32 {
        self.run(move |tx| tx.sessions_mut().sweep(at(now), limit))
    }

    fn end_all(&self, user: UserId, but: Option<u128>) -> Vec<Session> {
        self.run(move |tx| tx.sessions_mut().end_all(user, but.map(session_id)))
    }

    /// A sign-in of its own, with a refresh token of the same number.
    fn with_token(&self, n: u8) -> Session {
        let (user, _) = self.signed_in(u128::from(n));
        let session = session(u128::from(n) + 1_000, user.id);
        self.start(&session, at(100), Some(token(n, at(100))));
        session
    }
}

fn record(session: &Session, expires_at: i64, state: RefreshTokenState) -> RefreshTokenRecord {
    RefreshTokenRecord { session: session.id, expires_at: at(expires_at), state }
}

pub(crate) fn a_sign_in_reads_back(world: &World) {
    let (_, started) = world.signed_in(1);
    assert_eq!(world.session(started.id), Some(started));
    assert_eq!(world.session(session_id(2)), None);
}

pub(crate) fn a_refresh_token_is_found_by_its_hash(world: &World) {
    let session = world.with_token(1);
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, RefreshTokenState::Unused)));
    assert_eq!(world.refresh_token(2), None);
}

pub(crate) fn rotating_marks_the_used_one_and_keeps_its_successor(world: &World) {
    let session = world.with_token(1);
    let used = Session {
        last_used_at: at(50),
        last_ip: None,
        user_agent: Some("curl/8".to_owned()),
        ..session.clone()
    };
    world.rotate(1, token(2, at(200)), &used).unwrap();
    assert_eq!(world.refresh_token(1), Some(record(&session, 100, RefreshTokenState::Used)));
    assert_eq!(world.refresh_token(2), Some(record(&session, 200, RefreshTokenState::Unused)));
    assert_eq!(world.session(session.id), Some(used));
}

pub(crate) fn a_used_refresh_token_cannot_be_rotated(world: &World) {
    let session = world.with_token(1);
    world.rotate(1, token(2, at(200)), &session).unwrap();
    assert!(matches!(world.rotate(1, token(3, at(200)), &session), Err(StoreError::Failed(_))));
    assert!(matches!(world.rotate(9, token(3, at(200)), &session), Err(StoreError::Failed(_))));
    assert_eq!(world.refresh_token(3), None);
}

pub(crate) fn ending_takes_the_tokens_along(world: &World) {
    let session = world.with_token(1);
    let other = world.with_token(5);
    world.rotate(1, token(2, at(200)), &session).unwrap();
    world.run(move |tx| tx.sessions_mut().end(session.id));
    assert_eq!(world.session(session.id), None);
    assert_eq!([world.refresh_token(1), world.refresh_token(2)], [None, None]);
    assert!(world.session(other.id).is_some() && world.refresh_token(5).is_some());
}

pub(crate) fn ending_all_spares_one_and_tells_the_others(world: &World) {
    let (user, first) = world.signed_in(1);
    let (_, anothers) = world.signed_in(2);
    let (second, third) = (session(11, user.id), session(12, user.id));
    world.start(&third, at(100), Some(token(3, at(100))));
    world.start(&second, at(100), None);
    assert_eq!(world.end_all(user.id, Some(11)), [first, third]);
    assert_eq!(world.session(second.id), Some(second.clone()));
    assert_eq!(world.refresh_token(3), None);
    assert_eq!(world.end_all(user.id, None), [second]);
    assert_eq!(world.end_all(user.id, None), []);
    assert_eq!(world.session(anothers.id), Some(anothers));
}

pub(crate) fn sweeping_takes_those_that_are_over_and_no_more_than_asked(world: &World) {
    world.signed_in(1);
    for n in 20..25 {
        let over_at = at(i64::try_from(n).unwrap());
        world.start(&session(n, user_id(1)), over_at, Some(token(u8::try_from(n).unwrap(), over_at)));
    }
    assert_eq!(world.sweep(20, 10), 0);
    assert_eq!(world.sweep(24, 3), 3);
    assert_eq!(world.refresh_token(22), None);
    assert!(world.refresh_token(23).is_some() && world.session(session_id(20)).is_some());
    assert_eq!(world.sweep(24, 3), 3);
    assert_eq!(world.refresh_token(23), None);
    assert_eq!(world.session(session_id(21)), None);
    assert!(world.session(session_id(22)).is_some());
    assert_eq!(world.sweep(24, 3), 2);
    assert_eq!(world.session(session_id(23)), None);
    assert!(world.session(session_id(24)).is_some() && world.refresh_token(24).is_some());
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
}

pub(crate) fn rotating_prolongs_and_never_shortens(world: &World) {
    let session = world.with_token(1);
    world.rotate(1, token(2, at(200)), &session).unwrap();
    assert_eq!(world.sweep(150, 9), 1, "the used token, past its own time");
    assert_eq!(world.session(session.id), Some(session.clone()));
    world.rotate(2, token(3, at(120)), &session).unwrap();
    assert_eq!(world.sweep(200, 9), 1);
    assert_eq!(world.session(session.id), Some(session.clone()));
    assert_eq!(world.sweep(201, 9), 2, "the token and the session");
    assert_eq!(world.session(session.id), None);
}
