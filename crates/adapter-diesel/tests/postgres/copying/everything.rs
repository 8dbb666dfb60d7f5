use roster_adapter_diesel::PostgresStore;

use super::places::{PEOPLE, Place, copied};

#[track_caller]
fn assert_copied(from: &Place, to: &Place) {
    let (compared, ended) = copied(from, to);
    ended.unwrap();
    assert_eq!(compared.len(), 14, "{compared:?}");
    assert!(compared.iter().all(|it| it.source == it.target && it.source.rows > 0), "{compared:?}");
    let rows = |table| compared.iter().find(|it| it.table == table).map(|it| it.source.rows);
    assert_eq!((rows("users"), rows("events")), (Some(u64::from(PEOPLE)), Some(700)));
}

#[test]
fn everything_survives_the_way_to_a_server_and_back() {
    let (file, server, back) = (Place::full_file(), Place::server(), Place::file());
    let before = file.contents();
    assert_copied(&file, &server);
    assert_copied(&server, &back);
    assert_eq!(back.contents(), before);
    assert_eq!(file.contents(), before);
}

#[test]
fn everything_survives_the_way_to_a_file_and_back() {
    let (server, file, back) = (Place::full_server(), Place::file(), Place::server());
    assert_copied(&server, &file);
    assert_copied(&file, &back);
    assert_eq!(back.contents(), server.contents());
}

#[test]
fn everything_survives_the_way_to_a_database_of_the_same_kind() {
    for (from, to) in [(Place::full_file(), Place::file()), (Place::full_server(), Place::server())] {
        assert_copied(&from, &to);
        assert_eq!(to.contents(), from.contents());
    }
}

#[test]
fn the_same_rows_have_the_same_checksums_on_both_databases() {
    let of_file = copied(&Place::full_file(), &Place::file()).0;
    let of_server = copied(&Place::full_server(), &Place::server()).0;
    assert_eq!(of_file, of_server);
}

#[test]
fn events_that_wait_for_their_numbers_come_last_in_their_order() {
    let arrive = |request: &str| {
        format!(
            "INSERT INTO fresh_events (id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data)
             VALUES (<{}>, 'user.updated', 1, 'system', '', 'user', 'one', '{request}', '{{}}');",
            "00".repeat(16)
        )
    };
    let (server, file) = (Place::full_server(), Place::file());
    server.execute(&(0..600).map(|n| arrive(&n.to_string())).collect::<String>());
    let (compared, ended) = copied(&server, &file);
    ended.unwrap();
    assert!(compared.iter().any(|it| it.table == "events" && it.target.rows == 1_300), "{compared:?}");
    let told = "SELECT count(*) FROM events WHERE seq > 700 AND request_id = CAST(seq - 701 AS TEXT)";
    assert_eq!(file.text(told), "600");
    assert_eq!(file.text("SELECT seq FROM sqlite_sequence WHERE name = 'events'"), "1300");
    let back = Place::server();
    copied(&file, &back).1.unwrap();
    assert_eq!(back.text("SELECT last FROM event_numbering"), "1300");
}

#[test]
fn numbers_of_events_that_are_gone_are_not_given_again() {
    let (file, server, back) = (Place::full_file(), Place::server(), Place::file());
    file.execute("DELETE FROM events WHERE seq BETWEEN 651 AND 700");
    copied(&file, &server).1.unwrap();
    assert_eq!(server.text("SELECT last FROM event_numbering"), "700");
    copied(&server, &back).1.unwrap();
    assert_eq!(back.contents(), file.contents());
}

#[test]
fn a_copy_is_a_database_to_work_with() {
    let server = Place::server();
    copied(&Place::full_file(), &server).1.unwrap();
    let Place::Server(database) = &server else { unreachable!() };
    PostgresStore::open(&database.options()).unwrap();
    assert!(PostgresStore::migrate(&database.options()).unwrap().is_empty());
}
