//! Transactions that have nothing to do with each other are not in each other's way.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_domain::Expiry;

use crate::contract::people::{at, facility_id, grant, password, token};
use crate::contract::world::World;
use crate::database::{OwnDatabase, on};

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Tables of which a write remembers that it read all of them. It is remembered while older transactions go on.
fn read_as_a_whole(connection: &mut PgConnection) -> Vec<String> {
    let locked: Vec<Locked> = diesel::sql_query(
        "SELECT DISTINCT relation::regclass::text AS name FROM pg_locks JOIN pg_class ON pg_class.oid = relation
         WHERE mode = 'SIReadLock' AND locktype = 'relation' AND relkind = 'r'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY name",
    )
    .load(connection)
    .unwrap();
    locked.into_iter().map(|table| table.name).collect()
}

#[test]
fn no_write_reads_a_table_as_a_whole_however_small_it_is() {
    let database = OwnDatabase::migrated();
    // Whoever knows that they are empty would rather scan them.
    database.connection().batch_execute("VACUUM ANALYZE").unwrap();
    let (mut older, mut looking) = (database.connection(), database.connection());
    older.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM signing_keys").unwrap();
    assert_eq!(read_as_a_whole(&mut looking), ["signing_keys"], "a scan would be seen");
    let world = World::of(on(database));
    for n in 1..5 {
        let (person, session) = world.signed_in(n);
        world.set_password(person.id, &password("v1$62e2a117$$2b$04$abcdefghijklmnopqrstuu"));
        world.give(person.id, facility_id(n), &grant(&["open"], Expiry::Never));
        world.run(move |tx| {
            tx.users().user(person.id)?;
            tx.users().another_administrator(person.id)?;
            tx.access().grant(person.id, facility_id(n))?;
            tx.sessions().session(session.id)?;
            tx.sessions().refresh_token(&token(1, at(9)).hash)?;
            tx.credentials().password(person.id)?;
            Ok(())
        });
        world.update(&person);
    }
    world.delete(world.signed_in(9).0.id);
    assert_eq!(read_as_a_whole(&mut looking), ["signing_keys"]);
}
