use roster_domain::{Expiry, FacilityId, Grant, Holding, Status, User, UserId};
use roster_ports::Holdings;
use std::sync::Arc;

use super::people::{anybody, at, facility_id, grant, user_id};
use super::world::World;

impl World {
    pub(crate) fn holdings(&self, of: &[(UserId, FacilityId)]) -> Holdings {
        self.runtime().block_on(self.store().holdings(of)).unwrap()
    }

    /// Asked alone, and twice, so that a cache has had its chance.
    fn holding(&self, user: u128, facility: u128) -> Option<Arc<Holding>> {
        let pair = (user_id(user), facility_id(facility));
        let first = self.holdings(&[pair]).remove(&pair);
        assert_eq!(first, self.holdings(&[pair]).remove(&pair));
        first
    }
}

fn enabled(grant: Option<Grant>) -> Arc<Holding> {
    Arc::new(Holding { status: Status::Enabled, grant })
}

pub(crate) fn a_holding_tells_status_and_grant_whatever_they_are(world: &World) {
    let over = grant(&["open", "close"], Expiry::At(at(0)));
    world.insert(&anybody(1));
    world.give(user_id(1), facility_id(1), &over);
    assert_eq!(world.holding(1, 1), Some(enabled(Some(over.clone()))));
    assert_eq!(world.holding(1, 2), Some(enabled(None)));
    assert_eq!(world.holding(2, 1), None);
    world.update(&User { status: Status::Disabled, ..anybody(1) });
    let disabled = Holding { status: Status::Disabled, grant: Some(over) };
    assert_eq!(world.holding(1, 1), Some(Arc::new(disabled)));
    world.delete(user_id(1));
    assert_eq!(world.holding(1, 1), None);
}

pub(crate) fn many_holdings_are_those_of_each(world: &World) {
    let given = |user: u128, facility: u128| {
        let actions = if facility.is_multiple_of(2) { ["open"] } else { ["close"] };
        (!(user + facility).is_multiple_of(3))
            .then(|| grant(&actions, Expiry::At(at(i64::try_from(user).unwrap()))))
    };
    for user in 1..=3 {
        world.insert(&anybody(user));
        for facility in 1..=4 {
            if let Some(grant) = given(user, facility) {
                world.give(user_id(user), facility_id(facility), &grant);
            }
        }
    }
    world.update(&User { status: Status::Disabled, ..anybody(2) });
    let pairs: Vec<(u128, u128)> = (1..=4).flat_map(|user| (1..=5).map(move |it| (user, it))).collect();
    // Those of the first person are known to a cache, and a few are asked for twice.
    assert!(world.holding(1, 1).is_some() && world.holding(1, 2).is_some());
    let asked: Vec<_> = pairs
        .iter()
        .chain(pairs.iter().take(3))
        .map(|(user, it)| (user_id(*user), facility_id(*it)))
        .collect();
    for _ in 0..2 {
        let mut many = world.holdings(&asked);
        for (user, facility) in &pairs {
            let status = if *user == 2 { Status::Disabled } else { Status::Enabled };
            let grant = given(*user, *facility).filter(|_| *facility <= 4);
            let expected = (*user <= 3).then(|| Arc::new(Holding { status, grant }));
            assert_eq!(many.remove(&(user_id(*user), facility_id(*facility))), expected, "{user} {facility}");
        }
        assert!(many.is_empty());
    }
    assert!(world.holdings(&[]).is_empty());
}

pub(crate) fn a_change_of_access_shows_on_the_very_next_call(world: &World) {
    world.insert(&anybody(1));
    assert_eq!(world.holding(1, 1), Some(enabled(None)));
    for n in 0..20 {
        let given = grant(&["open"], Expiry::At(at(n)));
        world.give(user_id(1), facility_id(1), &given);
        assert_eq!(world.holding(1, 1), Some(enabled(Some(given))));
    }
    world.take(user_id(1), facility_id(1));
    assert_eq!(world.holding(1, 1), Some(enabled(None)));
}
