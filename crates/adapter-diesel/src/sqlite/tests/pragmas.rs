use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::people::File;
use crate::sqlite::Connection;
use crate::sqlite::connection::Purpose;
use crate::sqlite::readers::Readers;

/// Asks SQLite for a setting; its answer has one column, of this name and type.
macro_rules! setting {
    ($connection:expr, $pragma:literal, $column:ident: $type:ty as $sql_type:ty) => {{
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = $sql_type)]
            $column: $type,
        }
        let row: Row = diesel::sql_query(concat!("PRAGMA ", $pragma)).get_result($connection).unwrap();
        row.$column
    }};
}

fn assert_durable_and_mapped(connection: &mut Connection) {
    const FULL: i64 = 2;
    assert_eq!(setting!(connection, "journal_mode", journal_mode: String as Text), "wal");
    assert_eq!(setting!(connection, "synchronous", synchronous: i64 as BigInt), FULL);
    assert_eq!(setting!(connection, "foreign_keys", foreign_keys: i64 as BigInt), 1);
    assert_eq!(setting!(connection, "busy_timeout", timeout: i64 as BigInt), 2_000);
    assert_eq!(setting!(connection, "mmap_size", mmap_size: i64 as BigInt), 2_147_418_112);
    assert_eq!(setting!(connection, "trusted_schema", trusted_schema: i64 as BigInt), 0);
}

#[test]
fn every_reader_has_its_settings() {
    let file = File::migrated();
    let readers = Readers::open(&file.options()).unwrap();
    let mut connections: Vec<_> = std::iter::from_fn(|| readers.idle()).collect();
    assert_eq!(connections.len(), 4);
    for connection in &mut connections {
        assert_durable_and_mapped(connection);
        assert_eq!(setting!(&mut **connection, "query_only", query_only: i64 as BigInt), 1);
    }
}

#[test]
fn the_writer_has_its_settings() {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    assert_durable_and_mapped(&mut connection);
    assert_eq!(setting!(&mut connection, "query_only", query_only: i64 as BigInt), 0);
    assert_eq!(setting!(&mut connection, "secure_delete", secure_delete: i64 as BigInt), 1);
}

#[test]
fn a_reader_cannot_write() {
    let file = File::migrated();
    let ended = diesel::delete(crate::schema::users::table).execute(&mut file.connection(Purpose::Reading));
    assert!(ended.is_err());
}
