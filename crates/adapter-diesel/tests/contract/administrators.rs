use roster_domain::{Role, Roles, Status, User};

use super::people::{anybody, password, user_id};
use super::world::World;

fn administrator(n: u128, role: Role) -> User {
    User { roles: Roles::of([Role::Tech, role]).unwrap(), ..anybody(n) }
}

fn is_there_another(world: &World, but: u128) -> bool {
    world.read(move |tx| tx.users().another_administrator(user_id(but)))
}

pub(crate) fn another_administrator_counts(world: &World) {
    for (n, role) in [(1, Role::Hr), (2, Role::Board)] {
        world.insert(&administrator(n, role));
        world.set_password(user_id(n), &password("x"));
        assert_eq!(is_there_another(world, 1), n == 2);
    }
    assert!(is_there_another(world, 2));
    assert!(is_there_another(world, 3));
}

pub(crate) fn one_who_cannot_sign_in_does_not_count(world: &World) {
    world.insert(&administrator(1, Role::Hr));
    assert!(!is_there_another(world, 2));
    world.set_password(user_id(1), &password("x"));
    assert!(is_there_another(world, 2));
}

pub(crate) fn a_disabled_one_does_not_count(world: &World) {
    world.insert(&administrator(1, Role::Board));
    world.set_password(user_id(1), &password("x"));
    world.update(&User { status: Status::Disabled, ..administrator(1, Role::Board) });
    assert!(!is_there_another(world, 2));
}

pub(crate) fn whoever_does_not_administer_does_not_count(world: &World) {
    world.insert(&administrator(1, Role::Hr));
    world.set_password(user_id(1), &password("x"));
    for role in [Role::Tech, Role::Finance, Role::Com, Role::Business] {
        world.update(&administrator(1, role));
        assert!(!is_there_another(world, 2));
    }
    world.update(&administrator(1, Role::Board));
    assert!(is_there_another(world, 2));
}
