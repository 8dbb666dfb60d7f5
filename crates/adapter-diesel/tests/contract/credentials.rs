use roster_domain::permission::operator;
use roster_ports::{ChosenBy, PasswordHash, PasswordRecord, SecretId};

use super::people::{anybody, password, user_id};
use super::world::World;

fn kept(world: &World, n: u128) -> Option<PasswordRecord> {
    world.read(move |tx| tx.credentials().password(user_id(n)))
}

/// A hash of this cost as bcrypt writes it; what follows the cost is not looked at.
fn bcrypt(cost: u32) -> String {
    format!("$2b${cost:02}${}", "./$2a$99$".repeat(6).split_at(53).0)
}

fn peppered(pepper: &str, cost: u32) -> PasswordRecord {
    password(&format!("v1${pepper}${}", bcrypt(cost)))
}

fn secret(text: &str) -> SecretId {
    text.parse().unwrap()
}

fn highest_cost(world: &World) -> Option<u32> {
    world.read(|tx| tx.credentials().highest_cost())
}

/// Somebody with a password.
fn with_password(world: &World, n: u128, password: &PasswordRecord) {
    world.insert(&anybody(n));
    world.set_password(user_id(n), password);
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

pub(crate) fn the_highest_cost_is_of_any_hash_on_record(world: &World) {
    assert_eq!(highest_cost(world), None);
    with_password(world, 1, &password("no hash at all"));
    assert_eq!(highest_cost(world), None);
    with_password(world, 2, &peppered("0a1b2c3d", 4));
    assert_eq!(highest_cost(world), Some(4));
    with_password(world, 3, &password(&bcrypt(14)));
    with_password(world, 4, &peppered("0a1b2c3d", 12));
    assert_eq!(highest_cost(world), Some(14));
    world.set_password(user_id(3), &peppered("0a1b2c3d", 10));
    assert_eq!(highest_cost(world), Some(12));
    world.delete(user_id(4));
    assert_eq!(highest_cost(world), Some(10));
}

pub(crate) fn passwords_are_counted_by_the_secret_of_their_pepper(world: &World) {
    let counts = || world.read(|tx| tx.credentials().by_secret());
    assert_eq!(counts(), []);
    with_password(world, 1, &peppered("ffffffff", 4));
    with_password(world, 2, &peppered("0a1b2c3d", 4));
    with_password(world, 3, &peppered("ffffffff", 12));
    assert_eq!(counts(), [(Some(secret("0a1b2c3d")), 1), (Some(secret("ffffffff")), 2)]);
    with_password(world, 4, &password(&bcrypt(12)));
    world.set_password(user_id(2), &peppered("ffffffff", 4));
    assert_eq!(counts(), [(None, 1), (Some(secret("ffffffff")), 3)]);
}

pub(crate) fn a_secret_is_in_use_while_a_password_is_under_it(world: &World) {
    let is_in_use = |text| world.read(move |tx| tx.credentials().any_of_secret(secret(text)));
    with_password(world, 1, &peppered("0a1b2c3d", 4));
    with_password(world, 2, &password(&bcrypt(12)));
    assert_eq!(["0a1b2c3d", "ffffffff", "00000000"].map(is_in_use), [true, false, false]);
    world.set_password(user_id(1), &peppered("ffffffff", 4));
    assert_eq!(["0a1b2c3d", "ffffffff", "00000000"].map(is_in_use), [false, true, false]);
}

pub(crate) fn a_hash_is_replaced_only_while_it_is_the_one_on_record(world: &World) {
    let rehash = |n: u128, from: &str, to: &str| {
        let (from, to) = (PasswordHash(from.to_owned()), PasswordHash(to.to_owned()));
        world.run(move |tx| tx.credentials_mut().rehash(user_id(n), &from, &to));
    };
    let temporary = |hash| PasswordRecord { chosen_by: ChosenBy::Other, ..password(hash) };
    with_password(world, 1, &temporary("first"));
    with_password(world, 2, &password("first"));
    rehash(1, "first", "second");
    assert_eq!(kept(world, 1), Some(temporary("second")), "who chose it stays");
    rehash(1, "first", "third");
    assert_eq!(kept(world, 1), Some(temporary("second")));
    assert_eq!(kept(world, 2), Some(password("first")));
    rehash(3, "first", "second");
    assert_eq!(kept(world, 3), None);
}
