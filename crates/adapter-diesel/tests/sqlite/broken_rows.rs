use diesel::connection::SimpleConnection;
use roster_ports::{StoreError, Stored};

use crate::contract::people::{anybody, password, user_id};
use crate::contract::world::World;
use crate::database::{File, on};

#[track_caller]
fn assert_is_broken<T>(read: &Stored<T>, table: &str, column: &str) {
    let Err(StoreError::BrokenRow { table: named, column: of }) = read else { panic!("it was read") };
    assert_eq!((*named, *of), (table, column));
}

#[test]
fn a_row_that_stands_for_nothing_is_named() {
    for (column, value) in [("roles", "64"), ("first_name", "' '"), ("locale", "'?'")] {
        let file = File::migrated();
        let mut connection = file.connection();
        let world = World::of(on(file));
        world.insert(&anybody(1));
        let sql = format!("PRAGMA busy_timeout = 10000; UPDATE users SET {column} = {value}");
        connection.batch_execute(&sql).unwrap();
        let read = world.runtime().block_on(world.store().read(|tx| tx.users().user(user_id(1))));
        assert_is_broken(&read, "users", column);
    }
}

#[test]
fn a_pepper_that_names_no_master_secret_is_a_broken_row() {
    for hash in ["v1$62e2a11g$", "v1$62e2a11$$2b$04$", "v1$"] {
        let world = World::of(on(File::migrated()));
        world.insert(&anybody(1));
        world.set_password(user_id(1), &password(hash));
        let read = world.runtime().block_on(world.store().read(|tx| tx.credentials().by_secret()));
        assert_is_broken(&read, "credentials", "pepper");
    }
}

#[test]
fn a_signing_key_that_stands_for_nothing_is_named() {
    for (column, value) in [("id", "'a b'"), ("algorithm", "'HS256'"), ("sealed_under", "'ABCDEFGH'")] {
        let file = File::migrated();
        let sql = format!(
            "INSERT INTO signing_keys VALUES ('a', 'ES256', x'01', '00000000', 0, 0, 0);
             UPDATE signing_keys SET {column} = {value}"
        );
        file.connection().batch_execute(&sql).unwrap();
        let world = World::of(on(file));
        let read = world.runtime().block_on(world.store().read(|tx| tx.keys().signing_keys()));
        assert_is_broken(&read, "signing_keys", column);
    }
}
