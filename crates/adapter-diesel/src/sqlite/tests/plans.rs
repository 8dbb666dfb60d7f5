use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_domain::permission::operator;
use roster_domain::{ActionName, AttemptId, ClientId, FacilityId, SearchWords, SessionId};
use roster_ports::{Attempt, Fingerprint, Position, Pseudonym, Slice, UserFilter, WriteTx};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

use super::people::{File, at, client, hash, picture, rotation, session, token, user_id, wordy_person};
use crate::sqlite::Connection;
use crate::sqlite::callers;
use crate::sqlite::connection::Purpose;
use crate::sqlite::statements::{Transaction, holdings};

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

fn in_transaction(run: impl FnOnce(&mut dyn WriteTx)) -> String {
    plan(|connection| run(&mut Transaction::new(connection)))
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
        callers::caller(connection, user_id(1), session).unwrap();
        callers::client(connection, &client).unwrap();
    }));
}

#[test]
fn a_list_walks_along_its_order() {
    let all = UserFilter::default();
    let after = Slice::After(Position::of(&wordy_person(1)));
    let first = in_transaction(|tx| drop(tx.users().list(&all, &Slice::Skip(0), 20).unwrap()));
    assert!(first.contains("SCAN users USING INDEX users_in_order"), "{first}");
    assert!(!first.contains("TEMP B-TREE"), "{first}");
    assert_searches_alone(&in_transaction(|tx| drop(tx.users().list(&all, &after, 20).unwrap())));
}

#[test]
fn skipping_and_searching_read_only_the_index_of_the_order() {
    let search = UserFilter { search: SearchWords::of("ada love"), ..UserFilter::default() };
    for filter in [UserFilter::default(), search] {
        let plan = in_transaction(|tx| {
            tx.users().list(&filter, &Slice::Skip(5), 20).unwrap();
            tx.users().count(&filter).unwrap();
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
        tx.users().user(user_id(1)).unwrap();
        tx.users().entry(user_id(1)).unwrap();
        tx.users().by_email(&email).unwrap();
        tx.users().count(&by_email).unwrap();
    });
    assert_searches_alone(&plan);
}

#[test]
fn administrators_are_found_among_administrators() {
    let plan = in_transaction(|tx| assert!(!tx.users().another_administrator(user_id(1)).unwrap()));
    assert!(plan.contains("users_administrators"), "{plan}");
}

#[test]
fn access_is_searched_from_both_sides() {
    let facility = FacilityId::new(Uuid::nil());
    let action: ActionName = "open".parse().unwrap();
    assert_searches_alone(&in_transaction(|tx| {
        let access = tx.access();
        access.grant(user_id(1), facility).unwrap();
        access.of_user(user_id(1), None, at(0), None, 5).unwrap();
        access.of_user(user_id(1), Some(&action), at(0), Some(facility), 5).unwrap();
        access.of_facility(facility, None, at(0), None, 5).unwrap();
        access.of_facility(facility, Some(&action), at(0), Some(user_id(1)), 5).unwrap();
    }));
}

#[test]
fn decisions_about_access_search_by_key() {
    let facility = FacilityId::new(Uuid::nil());
    let pairs: Vec<_> = (1..=3).map(|n| (user_id(n), facility)).collect();
    assert_searches_alone(&plan(|connection| {
        assert!(holdings(connection, &pairs[..1]).unwrap().is_empty());
    }));
    let many = plan(|connection| assert!(holdings(connection, &pairs).unwrap().is_empty()));
    assert!(many.contains("SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"), "{many}");
    assert!(many.contains("SEARCH held USING PRIMARY KEY (user_id=? AND facility_id=?)"), "{many}");
}

#[test]
fn the_past_of_access_is_searched_from_both_sides() {
    let facility = FacilityId::new(Uuid::nil());
    let plan = in_transaction(|tx| {
        tx.users_mut().insert(&operator(), &wordy_person(1)).unwrap();
        let history = tx.access_history();
        history.past_holding(wordy_person(1).id, facility, at(9)).unwrap();
        history.of_user_then(wordy_person(1).id, at(9), Some(facility), 5).unwrap();
        history.of_facility_then(facility, None, at(9), Some(user_id(1)), 5).unwrap();
    });
    for index in ["events_at_facility", "events_of_holder", "events_of_status"] {
        assert!(plan.contains(index), "{plan}");
    }
    assert!(!plan.contains("SCAN"), "{plan}");
}

#[test]
fn whom_a_deletion_touches_is_searched() {
    assert_searches_alone(&in_transaction(|tx| {
        tx.pictures().is_referenced(&picture(1)).unwrap();
        tx.users_mut().delete(&operator(), user_id(1)).unwrap();
        tx.clients_mut().insert(&client(), None).unwrap();
        tx.clients_mut().delete(&client().id).unwrap();
    }));
}

/// Somebody who is signed in, with a refresh token.
fn sign_in(tx: &mut dyn WriteTx) {
    tx.users_mut().insert(&operator(), &wordy_person(1)).unwrap();
    tx.clients_mut().insert(&client(), None).unwrap();
    tx.sessions_mut().start(&session(), Some(&token(1))).unwrap();
}

#[test]
fn refreshing_and_ending_search_by_key() {
    assert_searches_alone(&in_transaction(|tx| {
        sign_in(tx);
        for n in [1, 2, 3] {
            tx.sessions().refresh_token(&hash(n)).unwrap();
            tx.sessions_mut().rotate(&rotation(n), &session()).unwrap();
        }
        tx.sessions().session(session().id).unwrap();
        tx.sessions_mut().end_all(&operator(), user_id(1), Some(session().id)).unwrap();
        tx.sessions_mut().end_all(&operator(), user_id(1), None).unwrap();
        tx.sessions_mut().end(session().id).unwrap();
    }));
}

#[test]
fn sweeping_and_wiping_search_for_what_is_old() {
    let plan = in_transaction(|tx| {
        sign_in(tx);
        tx.sessions_mut().rotate(&rotation(1), &session()).unwrap();
        assert_eq!(tx.sessions_mut().wipe_successors(at(10_000), 10).unwrap(), 1);
        assert_eq!(tx.sessions_mut().sweep(at(10_000), 10).unwrap(), 3);
    });
    assert_searches_alone(&plan);
    for index in ["refresh_tokens_with_successor", "refresh_tokens_by_expiry", "sessions_by_expiry"] {
        assert!(plan.contains(index), "{plan}");
    }
}

#[test]
fn sessions_are_listed_from_those_of_the_person_or_the_client() {
    let through = in_transaction(|tx| drop(tx.sessions().of_client(&client().id, 5).unwrap()));
    assert!(through.contains("sessions_by_client"), "{through}");
    assert_searches_alone(&through);
    // What is sorted is one person's: an index of the order would be written at each refresh.
    let of_user = in_transaction(|tx| drop(tx.sessions().of_user(user_id(1), at(0), 5).unwrap()));
    assert!(of_user.contains("SEARCH sessions USING INDEX sessions_by_user"), "{of_user}");
}

#[test]
fn failed_tries_are_searched_by_whom_they_count_for_and_by_time() {
    let of = Pseudonym([1; 16]);
    let attempt = Attempt { id: AttemptId::new(Uuid::nil()), at: at(1), counts_for: vec![of] };
    let plan = in_transaction(|tx| {
        tx.attempts_mut().count(&attempt).unwrap();
        tx.attempts().latest(of, at(0), at(9), 5).unwrap();
        tx.attempts_mut().take_back(&attempt).unwrap();
    });
    assert_searches_alone(&plan);
    assert!(plan.contains("USING PRIMARY KEY (counts_for=? AND at>? AND at<?)"), "{plan}");
    assert!(plan.contains("USING PRIMARY KEY (counts_for=? AND at=? AND id=?)"), "{plan}");
    let sweep = in_transaction(|tx| {
        tx.attempts_mut().count(&attempt).unwrap();
        assert_eq!(tx.attempts_mut().sweep(at(9), 5).unwrap(), 1);
    });
    assert_searches_alone(&sweep);
    assert!(sweep.contains("USING COVERING INDEX login_attempts_by_time (at<?)"), "{sweep}");
}

#[test]
fn what_hashes_are_of_is_read_from_indexes() {
    let cost = in_transaction(|tx| assert_eq!(tx.credentials().highest_cost().unwrap(), None));
    assert!(cost.contains("SEARCH credentials USING INDEX credentials_by_cost"), "{cost}");
    let secret = Fingerprint([1; 32]).id();
    let any = in_transaction(|tx| assert!(!tx.credentials().any_of_secret(secret).unwrap()));
    assert_searches_alone(&any);
    assert!(any.contains("INDEX credentials_by_pepper (pepper=?)"), "{any}");
    let counts = in_transaction(|tx| assert_eq!(tx.credentials().by_secret().unwrap(), []));
    assert!(counts.contains("SCAN credentials USING INDEX credentials_by_pepper"), "{counts}");
    assert!(!counts.contains("TEMP B-TREE"), "{counts}");
}

#[test]
fn pictures_are_listed_along_their_names() {
    let plan = in_transaction(|tx| {
        for after in [None, Some(picture(1))] {
            tx.pictures().referenced(after, 5).unwrap();
            tx.pictures().all_held(after, 5).unwrap();
        }
        tx.pictures().held(&picture(1)).unwrap();
    });
    assert!(plan.contains("USING COVERING INDEX users_by_picture"), "{plan}");
    assert!(plan.contains("USING COVERING INDEX sqlite_autoindex_pictures_1"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn a_rehash_searches_by_key() {
    let hash = roster_ports::PasswordHash("x".to_owned());
    assert_searches_alone(&in_transaction(|tx| {
        tx.credentials_mut().rehash(user_id(1), &hash, &hash).unwrap();
    }));
}
