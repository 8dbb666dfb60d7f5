use roster_domain::permission::operator;
use roster_ports::{ChosenBy, PasswordRecord};

use super::people::{anybody, password, user_id};
use super::world::World;

fn kept(world: &World, n: u128) -> Option<PasswordRecord> {
    world.read(move |tx| tx.credentials().password(user_id(n)))
}

pub(crate) fn a_password_reads_back(world: &World) {
    world.insert(&anybody(1));
    assert_eq!(kept(world, 1), None);
    let temporary = PasswordRecord { chosen_by: ChosenBy::Other, ..password("first") };
    world.set_password(user_id(1), &temporary);
    assert_eq!(kept(world, 1), Some(temporary));
    assert_eq!(kept(world, 2), None);
}

pub(crate) fn another_password_replaces_the_first(world: &World) {
    world.insert(&anybody(1));
    world.set_password(user_id(1), &PasswordRecord { chosen_by: ChosenBy::Other, ..password("first") });
    world.set_password(user_id(1), &password("second"));
    assert_eq!(kept(world, 1), Some(password("second")));
}

pub(crate) fn a_password_of_nobody_fails(world: &World) {
    let ended = world.try_do(|tx| tx.credentials_mut().set_password(&operator(), user_id(1), &password("x")));
    assert!(ended.is_err());
    assert_eq!(kept(world, 1), None);
}
