//! `PUT /users/{id}/password`: what administrators may do with the passwords of others.

use roster_tests::{Actor, Body, Service};
use serde_json::{Value, json};

const NEW: &str = "canary-chosen-by-another";
const UNKNOWN: &str = "/users/ae34bc53-660c-4d7b-94df-393baed04f32/password";

fn path(person: &Actor) -> String {
    format!("/users/{}/password", person.id)
}

fn fault(code: &str) -> [(String, String); 1] {
    [("/newPassword".to_owned(), code.to_owned())]
}

#[test]
fn a_password_set_by_another_is_the_only_one_and_ends_every_session() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let (second, other) = (service.sign_in(&user.email, &user.password), service.bystander());
    assert_eq!(
        administrator.put(&path(&user), json!({ "newPassword": NEW })).expect(200),
        json!({ "changed": true })
    );
    for session in [&user, &second] {
        session.get("/user").expect_problem(401, "invalid_token");
        service
            .try_refresh(session.refresh_token.as_deref().unwrap())
            .expect_oauth_error(400, "invalid_grant");
    }
    service.try_password(&user.email, &user.password).expect_oauth_error(400, "invalid_grant");
    service.sign_in(&user.email, NEW).get("/user").expect(200);
    administrator.get("/user").expect(200);
    service.assert_unharmed(&other);
}

#[test]
fn a_password_is_temporary_unless_said_otherwise() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let needs_change = |password: &str| {
        service.try_password(&user.email, password).expect(200)["need_password_change"].clone()
    };
    for (round, (temporary, expected)) in
        [(None, true), (Some(json!(false)), false), (Some(json!(true)), true)].into_iter().enumerate()
    {
        let password = format!("{NEW}-{round}");
        let mut body = json!({ "newPassword": password });
        if let Some(temporary) = temporary {
            body["temporary"] = temporary;
        }
        administrator.put(&path(&user), body).expect(200);
        assert_eq!(needs_change(&password), expected, "round {round}");
    }
    // It bars nothing, and is over when the owner chooses.
    let last = format!("{NEW}-2");
    let owner = service.sign_in(&user.email, &last);
    owner.put("/user/password", json!({ "oldPassword": last, "newPassword": NEW })).expect(200);
    assert_eq!(needs_change(NEW), false);
}

#[test]
fn ones_own_password_is_not_set_without_the_old_one() {
    let service = Service::start();
    for person in [service.administrator(), service.user("hr")] {
        let answer = person.put(&path(&person), json!({ "newPassword": NEW }));
        answer.expect_problem(403, "not_for_oneself");
        let upper = format!("/users/{}/password", person.id.to_uppercase());
        person.put(&upper, json!({ "newPassword": NEW })).expect_problem(403, "not_for_oneself");
        person.put("/users/me/password", json!({ "newPassword": NEW })).expect_problem(404, "not_found");
        person.get("/user").expect(200);
        service.try_password(&person.email, &person.password).expect(200);
    }
}

#[test]
fn who_is_no_administrator_sets_nobodys_password() {
    let service = Service::start();
    let victim = service.administrator();
    let clients = [service.client("plain")];
    let people = ["tech", "finance", "com", "business"].map(|role| service.user_made_by(&victim, role));
    let before = service.database().contents();
    for by in people.iter().chain(&clients) {
        for place in [path(&victim), UNKNOWN.to_owned(), "/users/no-uuid/password".to_owned()] {
            by.put(&place, json!({ "newPassword": NEW })).expect_problem(403, "insufficient_role");
        }
    }
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    service.try_password(&victim.email, NEW).expect_oauth_error(400, "invalid_grant");
    victim.get("/user").expect(200);
}

#[test]
fn faults_of_the_password_come_before_that_there_is_nobody() {
    let service = Service::start();
    let administrator = service.administrator();
    for place in [UNKNOWN, "/users/no-uuid/password"] {
        let put = |body: Value| administrator.put(place, body);
        assert_eq!(put(json!({ "newPassword": "short" })).expect_faults(), fault("too_short"));
        assert_eq!(put(json!({})).expect_faults(), fault("required"));
        assert_eq!(
            put(json!({ "newPassword": "passwordpassword" })).expect_faults(),
            fault("password_common")
        );
        put(json!({ "newPassword": NEW })).expect_problem(404, "not_found");
        let stale = [("if-match", "\"99-x\"")];
        administrator
            .send("PUT", place, &stale, &json!({ "newPassword": NEW }).into())
            .expect_problem(404, "not_found");
    }
}

#[test]
fn the_password_of_another_version_is_not_set() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let own = format!("/users/{}", user.id);
    let old = administrator.get(&own).header("etag").unwrap().to_owned();
    administrator.patch(&own, json!({ "description": "another version" })).expect(200);
    let current = administrator.get(&own).header("etag").unwrap().to_owned();
    let put = |tag: &str| {
        let body = Body::from(json!({ "newPassword": NEW }));
        administrator.send("PUT", &path(&user), &[("if-match", tag)], &body)
    };
    put(&old).expect_problem(412, "version_mismatch");
    put("nonsense").expect_problem(400, "malformed_request");
    user.get("/user").expect(200);
    put(&current).expect(200);
    user.get("/user").expect_problem(401, "invalid_token");
    put("*").expect(200);
    assert_eq!(administrator.get(&own).header("etag"), Some(current.as_str()), "a password is no member");
}

#[test]
fn a_body_that_is_not_as_described_sets_nothing() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let bystander = service.bystander();
    let before = service.database().contents();
    for body in [
        json!({ "newPassword": NEW, "oldPassword": "canary" }),
        json!({ "newPassword": NEW, "currentPassword": "canary" }),
        json!({ "password": NEW }),
        json!({ "newpassword": NEW }),
        json!({ "newPassword": NEW, "passwordHash": "$2b$04$" }),
        json!({ "newPassword": NEW, "temporary": "false" }),
        json!({ "newPassword": NEW, "temporary": 0 }),
        json!({ "newPassword": [NEW] }),
        json!({ "newPassword": 123_456_789_012_345_678_u64 }),
        json!([NEW]),
    ] {
        administrator.put(&path(&user), body).expect_problem(400, "malformed_request");
    }
    assert_eq!(
        administrator.put(&path(&user), json!({ "newPassword": null })).expect_faults(),
        fault("required")
    );
    let query = format!("{}?newPassword=x", path(&user));
    administrator.put(&query, json!({ "newPassword": NEW })).expect_problem(400, "malformed_request");
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    user.get("/user").expect(200);
    service.assert_unharmed(&bystander);
}

#[test]
fn a_password_for_another_is_judged_by_what_is_known_of_them() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let (local_part, _) = user.email.split_once('@').unwrap();
    for (password, code) in [
        (user.email.as_str(), "password_personal"),
        (&local_part.repeat(3), "password_personal"),
        (&local_part.to_uppercase(), "password_personal"),
        ("qwertyqwertyqwerty", "password_common"),
        ("aaaaaaaaaaaaaaaaa", "password_repetitive"),
        (&"x".repeat(257), "too_long"),
    ] {
        let answer = administrator.put(&path(&user), json!({ "newPassword": password }));
        assert_eq!(answer.expect_faults(), fault(code), "{password}");
        assert!(!answer.text().contains(password), "{answer}");
    }
    // What is personal to somebody else is nothing to them.
    let theirs = administrator.email.split_once('@').unwrap().0;
    administrator.put(&path(&user), json!({ "newPassword": theirs })).expect(200);
}

#[test]
fn a_password_set_by_another_leaves_one_event_and_one_for_each_session() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    service.sign_in(&user.email, &user.password);
    let newest = "SELECT type || ' by ' || actor_id AS value FROM events ORDER BY seq DESC LIMIT 4";
    let before = service.database().count("SELECT count(*) AS value FROM events");
    administrator.put(&path(&user), json!({ "newPassword": NEW })).expect(200);
    let by = |kind: &str| format!("{kind} by {}", administrator.id);
    let mut told = service.database().texts(newest);
    told.truncate(3);
    told.sort();
    assert_eq!(told, [by("password.changed"), by("session.ended"), by("session.ended")]);
    let after = service.database().count("SELECT count(*) AS value FROM events");
    assert_eq!(after - before, 3);
}
