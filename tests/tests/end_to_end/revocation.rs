//! What is taken away is gone on the very next request.

use roster_tests::{Actor, Answer, Service};
use serde_json::json;
use std::thread;

fn path(person: &Actor) -> String {
    format!("/users/{}", person.id)
}

#[test]
fn a_demoted_administrator_may_nothing_more() {
    let service = Service::start();
    let administrator = service.administrator();
    for round in 0..20 {
        let person = service.user_made_by(&administrator, "hr");
        let target = path(&administrator);
        person.patch(&target, json!({ "description": format!("round {round}") })).expect(200);
        administrator.patch(&path(&person), json!({ "roles": ["tech"] })).expect(200);
        person.patch(&target, json!({ "description": "too late" })).expect_problem(403, "insufficient_role");
        assert_eq!(person.get("/user").expect(200)["data"]["roles"], json!(["tech"]));
    }
}

#[test]
fn a_promoted_person_needs_no_new_token() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    person.delete(&path(&administrator)).expect_problem(403, "insufficient_role");
    administrator.patch(&path(&person), json!({ "roles": ["board"] })).expect(200);
    person.patch(&path(&administrator), json!({ "description": "seen" })).expect(200);
}

#[test]
fn a_disabled_person_is_out_until_enabled() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..20 {
        let person = service.user_made_by(&administrator, "tech");
        person.get("/user").expect(200);
        administrator.patch(&path(&person), json!({ "disabled": true })).expect(200);
        person.get("/user").expect_problem(401, "invalid_token");
        person.get("/authorize").expect_status(401);
    }
    let person = service.user_made_by(&administrator, "tech");
    administrator.patch(&path(&person), json!({ "disabled": true })).expect(200);
    let refused = service.try_refresh(person.refresh_token.as_deref().unwrap());
    assert_eq!(refused.expect(400)["error"], "invalid_grant");
    service.try_password(&person.email, &person.password).expect(400);
    administrator.patch(&path(&person), json!({ "disabled": false })).expect(200);
    service.try_password(&person.email, &person.password).expect(200);
}

#[test]
fn a_deleted_person_is_out() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..20 {
        let person = service.user_made_by(&administrator, "tech");
        person.get("/user").expect(200);
        administrator.delete(&path(&person)).expect(200);
        person.get("/user").expect_problem(401, "invalid_token");
        let refused = service.try_refresh(person.refresh_token.as_deref().unwrap());
        assert_eq!(refused.expect(400)["error"], "invalid_grant");
    }
}

#[test]
fn removed_access_is_gone() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let facility = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
    for _ in 0..20 {
        administrator.give(&person.id, facility, &["doors:open"]);
        assert_eq!(person.get("/user/facilities").expect(200)["data"].as_array().unwrap().len(), 1);
        administrator.remove(&person.id, facility, &["doors:open"]);
        assert_eq!(person.get("/user/facilities").expect(200)["data"], json!([]));
    }
}

#[test]
fn whoever_was_disabled_stays_signed_out() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let elsewhere = service.refreshed(&service.sign_in(&person.email, &person.password));
    person.get("/user").expect(200);
    administrator.patch(&path(&person), json!({ "disabled": true })).expect(200);
    administrator.patch(&path(&person), json!({ "disabled": false })).expect(200);
    for old in [&person, &elsewhere] {
        old.get("/user").expect_problem(401, "invalid_token");
        assert_eq!(service.try_refresh(old.refresh()).expect(400)["error"], "invalid_grant");
    }
    let again = service.sign_in(&person.email, &person.password);
    again.get("/user").expect(200);
    assert_eq!(again.get("/user/sessions").expect(200)["data"].as_array().unwrap().len(), 1);
    let events = service.database().events_about(&person.id);
    assert_eq!(events.iter().filter(|kind| *kind == "session.ended").count(), 2, "{events:?}");
}

#[test]
fn a_password_that_somebody_else_sets_ends_every_session_at_once() {
    let service = Service::start();
    let administrator = service.administrator();
    for temporary in [None, Some(true), Some(false)] {
        let person = service.user_made_by(&administrator, "tech");
        let elsewhere = service.sign_in(&person.email, &person.password);
        person.get("/user").expect(200);
        elsewhere.get("/user").expect(200);
        let mut body = json!({ "newPassword": "canary-set-by-another" });
        if let Some(temporary) = temporary {
            body["temporary"] = json!(temporary);
        }
        let answer = administrator.put(&format!("{}/password", path(&person)), body);
        assert_eq!(answer.expect(200), json!({ "changed": true }));
        for old in [&person, &elsewhere] {
            old.get("/user").expect_problem(401, "invalid_token");
            assert_eq!(service.try_refresh(old.refresh()).expect(400)["error"], "invalid_grant");
        }
        service.try_password(&person.email, &person.password).expect(400);
        let tokens = service.try_password(&person.email, "canary-set-by-another").expect(200);
        assert_eq!(tokens["need_password_change"], temporary.unwrap_or(true));
        let events = service.database().events_about(&person.id);
        assert_eq!(events.iter().filter(|kind| *kind == "session.ended").count(), 2, "{events:?}");
    }
    administrator.get("/user").expect(200);
}

#[test]
fn whoever_signs_in_or_refreshes_while_they_are_shut_out_gets_nothing_that_lasts() {
    let service = Service::start();
    let administrator = service.administrator();
    for round in 0..6 {
        let person = service.user_made_by(&administrator, "tech");
        let won: Vec<Answer> = thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|racer| {
                    let (service, person) = (&service, &person);
                    scope.spawn(move || match racer % 2 {
                        0 => service.try_password(&person.email, &person.password),
                        _ => service.try_refresh(person.refresh()),
                    })
                })
                .collect();
            match round % 3 {
                0 => administrator.patch(&path(&person), json!({ "disabled": true })).expect(200),
                1 => administrator.delete(&path(&person)).expect(200),
                _ => {
                    let body = json!({ "newPassword": "canary-set-by-another" });
                    administrator.put(&format!("{}/password", path(&person)), body).expect(200)
                }
            };
            let answers = racers.into_iter().map(|racer| racer.join().unwrap());
            answers.filter(|answer| answer.status == 200).collect()
        });
        for answer in won {
            let tokens = answer.json();
            let late = person.with_token(tokens["access_token"].as_str().unwrap());
            late.get("/user").expect_problem(401, "invalid_token");
            service.try_refresh(tokens["refresh_token"].as_str().unwrap()).expect(400);
        }
    }
    service.database().assert_sound();
}

#[test]
fn a_password_is_set_for_the_version_that_was_seen_alone() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let seen = administrator.get(&path(&person)).header("etag").unwrap().to_owned();
    administrator.patch(&path(&person), json!({ "description": "changed" })).expect(200);
    let body = json!({ "newPassword": "canary-set-by-another" });
    let set = |whose: &str| {
        let target = format!("/users/{whose}/password");
        administrator.send("PUT", &target, &[("if-match", &seen)], &body.clone().into())
    };
    set(&person.id).expect_problem(412, "version_mismatch");
    set("no-uuid").expect_problem(404, "not_found");
    person.get("/user").expect(200);
    service.try_password(&person.email, &person.password).expect(200);
}
