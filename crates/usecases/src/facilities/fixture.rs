//! What the tests of giving and removing share.

use roster_domain::{Actions, Expiry, FacilityId, Grant, PrincipalId, Role, User};
use uuid::Uuid;

use crate::fixture::{World, at, user};

pub(crate) const FACILITY: Option<FacilityId> = Some(FacilityId::new(Uuid::from_u128(77)));

pub(crate) fn actions(names: &[&str]) -> Actions {
    Actions::of(names.iter().map(|name| name.parse().unwrap())).unwrap()
}

/// A grant by somebody else, long ago.
pub(crate) fn held(names: &[&str], expiry: Expiry) -> Grant {
    let granted_by = PrincipalId::User(user(9, &[Role::Hr]).id);
    Grant { actions: actions(names), expiry, granted_by, granted_at: at(0) }
}

/// These people, and this grant on record for whomever.
pub(crate) fn world(people: &[&User], grant: Option<Grant>) -> World {
    let mut world = World::new().with_users(people);
    world.tx.access.expect_grant().returning(move |_, _| Ok(grant.clone()));
    world
}
