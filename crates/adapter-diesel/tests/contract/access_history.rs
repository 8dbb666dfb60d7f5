use roster_domain::{
    Access, AccessChange, Actor, EventId, EventKind, Events, Expiry, FacilityId, Grant, Holding, Instant,
    PrincipalId, Stamp, Status, Subject, UserId,
};

use super::people::{action, anybody, at, facility_id, grant, user_id, uuid};
use super::world::World;

/// What is held at last, by whoever gave it and when.
fn held(names: &[&str], expiry: Expiry, by: u128, second: i64) -> Grant {
    Grant { granted_by: PrincipalId::User(user_id(by)), granted_at: at(second), ..grant(names, expiry) }
}

fn forever(names: &[&str], by: u128, second: i64) -> Grant {
    held(names, Expiry::Never, by, second)
}

impl World {
    /// Tells that this happened to a person then, by somebody.
    fn happened(&self, second: i64, by: u128, user: u128, kind: EventKind) {
        let stamp = Stamp {
            first_id: EventId::new(uuid(9_000)),
            time: at(second),
            actor: Actor::Principal(PrincipalId::User(user_id(by))),
            request_id: "req-1".parse().unwrap(),
        };
        let Events(event, others) = stamp.event(Subject::User(user_id(user)), kind);
        self.tell(&Events(event, others));
    }

    fn given(&self, second: i64, by: u128, user: u128, facility: u128, after: &Grant) {
        let change = AccessChange::between(facility_id(facility), None, Some(after));
        self.happened(second, by, user, EventKind::AccessGiven(change));
    }

    fn removed(&self, second: i64, by: u128, user: u128, facility: u128, left: Option<&Grant>) {
        let change = AccessChange::between(facility_id(facility), None, left);
        self.happened(second, by, user, EventKind::AccessRemoved(change));
    }

    fn number(&self) {
        while self.runtime().block_on(self.store().number_events()).unwrap() > 0 {}
    }

    fn grant_then(&self, user: u128, facility: u128, then: Instant) -> Option<Grant> {
        let (user, facility) = (user_id(user), facility_id(facility));
        self.read(move |tx| tx.access_history().past_holding(user, facility, then)).unwrap().grant
    }

    fn of_user_then(&self, user: u128, second: i64, after: Option<u128>, take: u32) -> Vec<Access> {
        let after = after.map(facility_id);
        self.read(move |tx| tx.access_history().of_user_then(user_id(user), at(second), after, take))
    }

    fn of_facility_then(
        &self,
        second: i64,
        named: Option<&str>,
        after: Option<u128>,
        take: u32,
    ) -> Vec<u128> {
        let (named, after) = (named.map(action), after.map(user_id));
        let found = self.read(move |tx| {
            let history = tx.access_history();
            history.of_facility_then(facility_id(1), named.as_ref(), at(second), after, take)
        });
        let number = |user: UserId| user.uuid().as_u128() - user_id(0).uuid().as_u128();
        found.into_iter().map(|access| number(access.user)).collect()
    }
}

pub(crate) fn what_was_on_record_comes_from_the_last_change_until_then(world: &World) {
    world.insert(&anybody(1));
    let (first, more) = (forever(&["a"], 7, 10), held(&["a", "b"], Expiry::At(at(35)), 8, 20));
    let left = Grant { actions: grant(&["b"], Expiry::Never).actions, ..more.clone() };
    world.given(10, 7, 1, 1, &first);
    world.given(20, 8, 1, 1, &more);
    world.removed(30, 9, 1, 1, Some(&left));
    world.removed(40, 9, 1, 1, None);
    for _ in 0..2 {
        let told: Vec<Option<Grant>> =
            [9, 10, 19, 20, 29, 30, 39, 40, 99].map(|second| world.grant_then(1, 1, at(second))).into();
        let [none, first, more, left] =
            [None, Some(&first), Some(&more), Some(&left)].map(Option::<&Grant>::cloned);
        let expected = [&none, &first, &first, &more, &more, &left, &left, &none, &none];
        assert_eq!(told.iter().collect::<Vec<_>>(), expected);
        // The same when all of them have their numbers.
        world.number();
    }
    assert_eq!(world.of_user_then(1, 34, None, 9).len(), 1);
    assert_eq!(world.of_user_then(1, 35, None, 9), [], "it was over");
}

pub(crate) fn at_one_time_the_later_in_the_feed_counts_numbered_or_not(world: &World) {
    world.insert(&anybody(1));
    world.given(10, 7, 1, 1, &forever(&["a"], 7, 10));
    world.number();
    world.given(10, 8, 1, 1, &forever(&["b"], 8, 10));
    world.given(10, 9, 1, 1, &forever(&["c"], 9, 10));
    assert_eq!(world.grant_then(1, 1, at(10)), Some(forever(&["c"], 9, 10)));
    world.number();
    assert_eq!(world.grant_then(1, 1, at(10)), Some(forever(&["c"], 9, 10)));
    // What lies further back in time is earlier, whatever its number.
    world.given(5, 6, 1, 1, &forever(&["d"], 6, 5));
    assert_eq!(world.grant_then(1, 1, at(10)), Some(forever(&["c"], 9, 10)));
    assert_eq!(world.grant_then(1, 1, at(9)), Some(forever(&["d"], 6, 5)));
}

pub(crate) fn who_was_disabled_then_had_no_access_then(world: &World) {
    world.insert(&anybody(1));
    world.given(10, 7, 1, 1, &forever(&["a"], 7, 10));
    world.happened(20, 7, 1, EventKind::UserDisabled);
    world.number();
    world.happened(30, 7, 1, EventKind::UserEnabled);
    for (second, had) in [(9, false), (10, true), (19, true), (20, false), (29, false), (30, true)] {
        assert_eq!(world.of_facility_then(second, None, None, 9).len(), usize::from(had), "{second}");
        assert_eq!(world.of_user_then(1, second, None, 9).len(), usize::from(had), "{second}");
    }
    let then = world.read(|tx| tx.access_history().past_holding(user_id(1), facility_id(1), at(25)));
    let expected = Holding { status: Status::Disabled, grant: Some(forever(&["a"], 7, 10)) };
    assert_eq!(then, Some(expected));
}

pub(crate) fn of_the_deleted_nothing_is_told(world: &World) {
    world.insert(&anybody(1));
    world.insert(&anybody(2));
    for user in [1, 2] {
        world.given(10, 7, user, 1, &forever(&["a"], 7, 10));
    }
    world.delete(user_id(1));
    assert_eq!(world.of_facility_then(10, None, None, 9), [2]);
    assert_eq!(world.of_user_then(1, 10, None, 9), []);
    let unknown: (UserId, FacilityId) = (user_id(1), facility_id(1));
    assert_eq!(world.read(move |tx| tx.access_history().past_holding(unknown.0, unknown.1, at(10))), None);
}

pub(crate) fn the_past_comes_in_order_and_in_pieces(world: &World) {
    // More than are looked at in one go, and most of them hold nothing that is asked for.
    for n in 1..=230 {
        world.insert(&anybody(n));
        let names: &[&str] = if n.is_multiple_of(40) { &["a", "rare"] } else { &["a"] };
        world.given(10, 7, n, 1, &forever(names, 7, 10));
        world.given(10, 7, 1, n, &forever(names, 7, 10));
        if n == 115 {
            world.number();
        }
    }
    let everybody: Vec<u128> = (1..=230).collect();
    assert_eq!(world.of_facility_then(10, None, None, 999), everybody);
    assert_eq!(world.of_facility_then(10, None, Some(99), 3), [100, 101, 102]);
    assert_eq!(world.of_facility_then(10, Some("rare"), None, 9), [40, 80, 120, 160, 200]);
    assert_eq!(world.of_facility_then(10, Some("rare"), Some(80), 2), [120, 160]);
    let own = world.of_user_then(1, 10, None, 999);
    let facilities: Vec<FacilityId> = own.iter().map(|access| access.facility).collect();
    assert_eq!(facilities, (1..=230).map(facility_id).collect::<Vec<_>>());
    assert_eq!(world.of_user_then(1, 10, Some(228), 9), own.get(228..).unwrap());
    assert_eq!(world.of_user_then(1, 10, Some(5), 2), own.get(5..7).unwrap());
}
