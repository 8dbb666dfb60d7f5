use diesel::connection::SimpleConnection;
use roster_ports::StoreError;

use crate::contract::people::{anybody, user_id};
use crate::contract::world::World;
use crate::database::{File, on};

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
        let Err(StoreError::BrokenRow { table, column: named }) = read else { panic!("it was read") };
        assert_eq!((table, named), ("users", column));
    }
}
