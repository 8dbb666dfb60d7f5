use roster_domain::permission::operator;
use roster_domain::{Session, SessionId, UserId};

use super::people::{APP, anybody, at, client, rotation, session, session_id, session_until, token, user_id};
use super::world::World;

impl World {
    fn end_all(&self, user: UserId, but: Option<u128>) -> Vec<Session> {
        self.run(move |tx| tx.sessions_mut().end_all(&operator(), user, but.map(session_id)))
    }

    /// The living sign-ins of a person at an instant.
    fn sessions_of(&self, user: UserId, now: i64, take: u32) -> Vec<SessionId> {
        let sessions = self.read(move |tx| tx.sessions().of_user(user, at(now), take));
        sessions.into_iter().map(|session| session.id).collect()
    }

    fn sessions_through(&self, client: &'static str, take: u32) -> Vec<Session> {
        let mut sessions = self.read(move |tx| tx.sessions().of_client(&client.parse().unwrap(), take));
        sessions.sort_unstable_by_key(|session| session.id);
        sessions
    }

    /// A sign-in of its own, with a refresh token of the same number that is over at the same time.
    pub(super) fn with_token(&self, n: u8) -> Session {
        let (user, _) = self.signed_in(u128::from(n));
        let session = session_until(100, u128::from(n) + 1_000, user.id);
        self.start(&session, Some(token(n, at(100))));
        session
    }
}

pub(crate) fn a_sign_in_reads_back(world: &World) {
    let (_, started) = world.signed_in(1);
    assert_eq!(world.session(started.id), Some(started));
    assert_eq!(world.session(session_id(2)), None);
}

pub(crate) fn a_persons_living_sign_ins_come_last_used_first(world: &World) {
    let (user, _) = world.signed_in(1);
    let (other, _) = world.signed_in(2);
    let last_used = |n: u128, ms: i64| Session { last_used_at: at(ms), ..session_until(100, n, user.id) };
    for session in [last_used(11, 30), last_used(12, 90), last_used(14, 50), last_used(13, 50)] {
        world.start(&session, None);
    }
    world.start(&Session { last_used_at: at(99), ..session(21, other.id) }, None);
    let all = [12, 14, 13, 11, 1].map(session_id);
    assert_eq!(world.sessions_of(user.id, 99, 100), all);
    assert_eq!(world.sessions_of(user.id, 99, 2), all[..2]);
    assert_eq!(world.sessions_of(user.id, 99, 0), []);
    assert_eq!(world.sessions_of(user.id, 100, 100), [session_id(1)], "the others are over at that instant");
    assert_eq!(world.sessions_of(user_id(9), 0, 100), []);
}

pub(crate) fn sign_ins_through_a_client_come_over_or_not_and_in_pieces(world: &World) {
    world.insert_client(&client("other"));
    let (_, living) = world.signed_in(1);
    let over = session_until(0, 11, user_id(1));
    world.start(&over, None);
    world.start(&Session { client: "other".parse().unwrap(), ..session(12, user_id(1)) }, None);
    assert_eq!(world.sessions_through(APP, 100), [living, over]);
    assert_eq!(world.sessions_through(APP, 1).len(), 1);
    assert_eq!(world.sessions_through(APP, 0), []);
    assert_eq!(world.sessions_through("none", 100), []);
}

pub(crate) fn ending_takes_the_tokens_along(world: &World) {
    let session = world.with_token(1);
    let other = world.with_token(5);
    let used = session.clone();
    world.run(move |tx| tx.sessions_mut().rotate(&rotation(1, at(50), token(2, at(200))), &used));
    world.run(move |tx| tx.sessions_mut().end(session.id));
    assert_eq!(world.session(session.id), None);
    assert_eq!([world.refresh_token(1), world.refresh_token(2)], [None, None]);
    assert!(world.session(other.id).is_some() && world.refresh_token(5).is_some());
}

pub(crate) fn ending_all_spares_one_and_tells_the_others(world: &World) {
    let (user, first) = world.signed_in(1);
    let (_, anothers) = world.signed_in(2);
    let (second, over) = (session(11, user.id), session_until(0, 12, user.id));
    world.start(&over, Some(token(3, at(100))));
    world.start(&second, None);
    assert_eq!(world.end_all(user.id, Some(11)), [first, over], "also one that is over, in the order of ids");
    assert_eq!(world.session(second.id), Some(second.clone()));
    assert_eq!(world.refresh_token(3), None);
    assert_eq!(world.end_all(user.id, None), [second]);
    assert_eq!(world.end_all(user.id, None), []);
    assert_eq!(world.session(anothers.id), Some(anothers));
}

pub(crate) fn sweeping_takes_those_that_are_over_and_no_more_than_asked(world: &World) {
    world.signed_in(1);
    for n in 20..25 {
        let session = session_until(n, u128::try_from(n).unwrap(), user_id(1));
        world.start(&session, Some(token(u8::try_from(n).unwrap(), at(n))));
    }
    assert_eq!(world.sweep_sessions(20, 10), 0);
    assert_eq!(world.sweep_sessions(24, 3), 3);
    assert_eq!(world.refresh_token(22), None);
    assert!(world.refresh_token(23).is_some() && world.session(session_id(20)).is_some());
    assert_eq!(world.sweep_sessions(24, 3), 3);
    assert_eq!(world.refresh_token(23), None);
    assert_eq!(world.session(session_id(21)), None);
    assert!(world.session(session_id(22)).is_some());
    assert_eq!(world.sweep_sessions(24, 3), 2);
    assert_eq!(world.session(session_id(23)), None);
    assert!(world.session(session_id(24)).is_some() && world.refresh_token(24).is_some());
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
}
