use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_domain::{ActionName, ClientId, FacilityId, Instant, SearchWords, SessionId};
use roster_ports::{
    Position, ReadAccess, ReadPictures, ReadSessions, ReadUsers, Slice, UserFilter, WriteSessions, WriteUsers,
};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

use super::people::{File, picture, user_id, wordy_person};
use crate::sqlite::Connection;
use crate::sqlite::connection::Purpose;
use crate::sqlite::statements::{self, Transaction};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// How SQLite would run the statements that this runs: one step a line.
fn plan(run: impl FnOnce(&mut Connection)) -> String {
    let file = File::migrated();
    let mut connection = file.connection(Purpose::Writing);
    let statements = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&statements);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            heard.lock().unwrap().push(text.split(" -- binds").next().unwrap().to_owned());
        }
    });
    run(&mut connection);
    let statements = statements.lock().unwrap().clone();
    assert!(!statements.is_empty());
    let explained = statements.iter().flat_map(|statement| {
        diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
            .load::<Step>(&mut file.connection(Purpose::Reading))
            .unwrap()
    });
    explained.map(|step| step.detail + "\n").collect()
}

fn in_transaction(run: impl FnOnce(&mut Transaction<'_>)) -> String {
    plan(|connection| run(&mut Transaction::new(connection)))
}

fn start() -> Instant {
    Instant::from_timestamp_millis(0).unwrap()
}

#[track_caller]
fn assert_searches_alone(plan: &str) {
    let scans = plan.lines().filter(|step| step.contains("SCAN") && *step != "SCAN CONSTANT ROW");
    assert_eq!(scans.count(), 0, "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn the_hot_reads_search_by_key() {
    let session = SessionId::new(Uuid::nil());
    let client: ClientId = "app".parse().unwrap();
    assert_searches_alone(&plan(|connection| {
        statements::caller(connection, user_id(1), session).unwrap();
        statements::client(connection, &client).unwrap();
    }));
}

#[test]
fn a_list_walks_along_its_order() {
    let all = UserFilter::default();
    let after = Slice::After(Position::of(&wordy_person(1)));
    let first = in_transaction(|tx| drop(tx.list(&all, &Slice::Skip(0), 20).unwrap()));
    assert!(first.contains("SCAN users USING INDEX users_in_order"), "{first}");
    assert!(!first.contains("TEMP B-TREE"), "{first}");
    assert_searches_alone(&in_transaction(|tx| drop(tx.list(&all, &after, 20).unwrap())));
}

#[test]
fn skipping_and_searching_read_only_the_index_of_the_order() {
    let search = UserFilter { search: SearchWords::of("ada love"), ..UserFilter::default() };
    for filter in [UserFilter::default(), search] {
        let plan = in_transaction(|tx| {
            tx.list(&filter, &Slice::Skip(5), 20).unwrap();
            tx.count(&filter).unwrap();
        });
        assert!(plan.contains("SCAN users USING COVERING INDEX"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn a_person_is_searched_by_key_and_by_address() {
    let email = wordy_person(1).email.key().clone();
    let by_email = UserFilter { email: Some(email.clone()), ..UserFilter::default() };
    let plan = in_transaction(|tx| {
        tx.user(user_id(1)).unwrap();
        tx.entry(user_id(1)).unwrap();
        tx.by_email(&email).unwrap();
        tx.count(&by_email).unwrap();
    });
    assert_searches_alone(&plan);
}

#[test]
fn administrators_are_found_among_administrators() {
    let plan = in_transaction(|tx| assert!(!tx.another_administrator(user_id(1)).unwrap()));
    assert!(plan.contains("users_administrators"), "{plan}");
}

#[test]
fn access_is_searched_from_both_sides() {
    let facility = FacilityId::new(Uuid::nil());
    let action: ActionName = "open".parse().unwrap();
    assert_searches_alone(&in_transaction(|tx| {
        tx.grant(user_id(1), facility).unwrap();
        tx.of_user(user_id(1), start(), None, 5).unwrap();
        tx.of_user(user_id(1), start(), Some(facility), 5).unwrap();
        tx.of_facility(facility, None, start(), None, 5).unwrap();
        tx.of_facility(facility, Some(&action), start(), Some(user_id(1)), 5).unwrap();
    }));
}

#[test]
fn sessions_and_pictures_are_searched() {
    assert_searches_alone(&in_transaction(|tx| {
        tx.session(SessionId::new(Uuid::nil())).unwrap();
        tx.end_all(user_id(1), None).unwrap();
        tx.sweep(start(), 10).unwrap();
        tx.is_referenced(&picture(1)).unwrap();
        tx.delete(&roster_domain::permission::operator(), user_id(1)).unwrap();
    }));
}
