use roster_domain::permission::operator;
use roster_domain::{Access, Expiry, FacilityId, Grant, PrincipalId, Status, User, UserId};

use super::people::{action, anybody, at, facility_id, grant, user_id};
use super::world::World;

impl World {
    fn grant(&self, user: UserId, facility: FacilityId) -> Option<Grant> {
        self.read(move |tx| tx.access().grant(user, facility))
    }

    fn of_user(&self, user: UserId, after: Option<FacilityId>, take: u32) -> Vec<Access> {
        self.read(move |tx| tx.access().of_user(user, None, at(0), after, take))
    }

    fn of_facility(
        &self,
        facility: FacilityId,
        named: Option<&str>,
        after: Option<UserId>,
        take: u32,
    ) -> Vec<Access> {
        let named = named.map(action);
        self.read(move |tx| tx.access().of_facility(facility, named.as_ref(), at(0), after, take))
    }
}

fn open() -> Grant {
    grant(&["open"], Expiry::Never)
}

fn holds(user: u128, facility: u128) -> Access {
    Access { user: user_id(user), facility: facility_id(facility), grant: Some(open()) }
}

pub(crate) fn a_grant_reads_back(world: &World) {
    world.insert(&anybody(1));
    let by_client = Grant {
        granted_by: PrincipalId::Client("door.1".parse().unwrap()),
        ..grant(&["cameras:read", "a-b", "open"], Expiry::At(at(77)))
    };
    world.give(user_id(1), facility_id(1), &by_client);
    assert_eq!(world.grant(user_id(1), facility_id(1)), Some(by_client));
    assert_eq!(world.grant(user_id(1), facility_id(2)), None);
    assert_eq!(world.grant(user_id(2), facility_id(1)), None);
}

pub(crate) fn giving_again_replaces(world: &World) {
    world.insert(&anybody(1));
    let by_client = Grant {
        granted_by: PrincipalId::Client("door".parse().unwrap()),
        ..grant(&["open", "close"], Expiry::At(at(77)))
    };
    world.give(user_id(1), facility_id(1), &by_client);
    world.give(user_id(1), facility_id(1), &open());
    assert_eq!(world.grant(user_id(1), facility_id(1)), Some(open()));
}

pub(crate) fn what_is_left_stays_and_nothing_left_is_gone(world: &World) {
    world.insert(&anybody(1));
    world.give(user_id(1), facility_id(1), &grant(&["open", "close"], Expiry::At(at(9))));
    world.give(user_id(1), facility_id(2), &open());
    world.run(|tx| tx.access_mut().remove(&operator(), user_id(1), facility_id(1), Some(&open())));
    assert_eq!(world.grant(user_id(1), facility_id(1)), Some(open()));
    world.run(|tx| tx.access_mut().remove(&operator(), user_id(1), facility_id(1), None));
    assert_eq!(world.grant(user_id(1), facility_id(1)), None);
    assert_eq!(world.grant(user_id(1), facility_id(2)), Some(open()));
}

pub(crate) fn giving_to_nobody_fails(world: &World) {
    let ended = world.try_do(|tx| tx.access_mut().give(&operator(), user_id(1), facility_id(1), &open()));
    assert!(ended.is_err());
    assert_eq!(world.grant(user_id(1), facility_id(1)), None);
}

pub(crate) fn a_persons_grants_come_in_order_and_in_pieces(world: &World) {
    world.insert(&anybody(1));
    world.insert(&anybody(2));
    for facility in [3, 1, 1 << 100, 2] {
        world.give(user_id(1), facility_id(facility), &open());
    }
    world.give(user_id(2), facility_id(1), &open());
    let all = [holds(1, 1), holds(1, 2), holds(1, 3), holds(1, 1 << 100)];
    assert_eq!(world.of_user(user_id(1), None, 100), all);
    assert_eq!(world.of_user(user_id(1), None, 2), all[..2]);
    assert_eq!(world.of_user(user_id(1), Some(facility_id(2)), 2), all[2..]);
    assert_eq!(world.of_user(user_id(1), Some(facility_id(1 << 100)), 2), []);
}

pub(crate) fn a_facilitys_grants_come_in_order_and_in_pieces(world: &World) {
    for n in [2, 1, 1 << 100] {
        world.insert(&anybody(n));
        world.give(user_id(n), facility_id(1), &open());
    }
    world.give(user_id(1), facility_id(2), &open());
    let all = [holds(1, 1), holds(2, 1), holds(1 << 100, 1)];
    assert_eq!(world.of_facility(facility_id(1), None, None, 100), all);
    assert_eq!(world.of_facility(facility_id(1), None, None, 1), all[..1]);
    assert_eq!(world.of_facility(facility_id(1), None, Some(user_id(1)), 100), all[1..]);
}

pub(crate) fn an_expired_grant_is_on_record_and_in_no_list(world: &World) {
    world.insert(&anybody(1));
    let over = grant(&["open"], Expiry::At(at(0)));
    let last_moment = grant(&["open"], Expiry::At(at(1)));
    world.give(user_id(1), facility_id(1), &over);
    world.give(user_id(1), facility_id(2), &last_moment);
    assert_eq!(world.grant(user_id(1), facility_id(1)), Some(over));
    let in_force = Access { grant: Some(last_moment), ..holds(1, 2) };
    assert_eq!(world.of_user(user_id(1), None, 9), std::slice::from_ref(&in_force));
    assert_eq!(world.of_facility(facility_id(1), None, None, 9), []);
    assert_eq!(world.of_facility(facility_id(2), None, None, 9), [in_force]);
}

pub(crate) fn a_disabled_persons_grants_are_in_no_list_of_a_facility(world: &World) {
    world.insert(&anybody(1));
    world.give(user_id(1), facility_id(1), &open());
    world.update(&User { status: Status::Disabled, ..anybody(1) });
    assert_eq!(world.of_facility(facility_id(1), None, None, 9), []);
    assert_eq!(world.of_user(user_id(1), None, 9), [holds(1, 1)]);
    world.update(&anybody(1));
    assert_eq!(world.of_facility(facility_id(1), None, None, 9), [holds(1, 1)]);
}

pub(crate) fn an_action_is_found_whole_alone(world: &World) {
    let granted = grant(&["a_b", "cameras:read", "open"], Expiry::Never);
    world.insert(&anybody(1));
    world.give(user_id(1), facility_id(1), &granted);
    let found = |name| {
        let named = action(name);
        let own = world.read(move |tx| tx.access().of_user(user_id(1), Some(&named), at(0), None, 9)).len();
        let there = world.of_facility(facility_id(1), Some(name), None, 9).len();
        assert_eq!(own, there, "{name}");
        there
    };
    assert_eq!(["a_b", "cameras:read", "open"].map(found), [1, 1, 1]);
    assert_eq!(["a", "b", "axb", "cameras", "read", "cameras:rea", "ope", "pen"].map(found), [0; 8]);
}
