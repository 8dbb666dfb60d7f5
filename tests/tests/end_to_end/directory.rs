//! `/users`: creating, reading, changing and deleting people.

use roster_tests::{Actor, Body, Service};
use serde_json::{Value, json};
use std::thread;

/// A person who can be created under this address.
fn person(email: &str) -> Value {
    json!({
        "firstName": "Grace", "lastName": "Hopper", "email": email, "plainPassword": "canary-cobol-nanosecond",
        "roles": ["tech"],
    })
}

fn create(by: &Actor, email: &str) -> Value {
    by.post("/users", person(email)).expect(201)
}

fn path(user: &Value) -> String {
    format!("/users/{}", user["id"].as_str().unwrap())
}

#[test]
fn a_new_person_is_answered_whole() {
    let service = Service::start();
    let administrator = service.administrator();
    let body = json!({
        "firstName": " Grace ", "lastName": "Hopper", "email": "Grace@Example.com",
        "plainPassword": "canary-cobol-nanosecond", "roles": ["board", "tech", "rh", "hr", "tech"],
        "fallbackEmail": "grace@home.example", "description": "Admiral", "jobTitle": "Engineer", "locale": "en-US",
        "groupId": "970DF7C4-843D-4A1D-9264-BD0CC5C5D927", "activeWorkspace": "a9a9eef6-c0af-4b2a-aecb-8e0cff80ffd9",
    });
    let answer = administrator.post("/users", body);
    let user = answer.expect(201);
    let id = user["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), Some(path(&user).as_str()));
    assert!(answer.header("etag").is_some());
    assert_eq!(user["createdAt"], user["updatedAt"]);
    let expected = json!({
        "id": id, "authId": format!("roster|{id}"), "createdAt": user["createdAt"], "updatedAt": user["updatedAt"],
        "email": "Grace@Example.com", "fallbackEmail": "grace@home.example", "firstName": "Grace",
        "lastName": "Hopper", "fullName": "Grace Hopper", "description": "Admiral", "emailVerified": false,
        "roles": ["tech", "hr", "board"], "lastLogin": null,
        "activeWorkspace": "a9a9eef6-c0af-4b2a-aecb-8e0cff80ffd9", "groupId": "970df7c4-843d-4a1d-9264-bd0cc5c5d927",
        "lastIp": null, "loginsCount": 0, "locale": "en-US", "picture": null, "pictureProfileUrl": null,
        "isSso": false, "connection": "password", "jobTitle": "Engineer", "phoneNumber": null, "disabled": false,
    });
    assert_eq!(user, expected);
    assert_eq!(administrator.get(&path(&user)).expect(200), expected);
}

#[test]
fn times_are_utc_with_milliseconds() {
    let service = Service::start();
    let user = create(&service.administrator(), "time@example.com");
    let time = user["createdAt"].as_str().unwrap();
    let shape: String = time.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

#[test]
fn a_used_address_conflicts_in_any_spelling() {
    let service = Service::start();
    let administrator = service.administrator();
    create(&administrator, "grace@bücher.example");
    for twin in ["grace@bücher.example", "GRACE@BÜCHER.EXAMPLE", "Grace@xn--bcher-kva.example"] {
        administrator.post("/users", person(twin)).expect_problem(409, "email_already_used");
    }
    let other = create(&administrator, "other@example.com");
    let change = json!({ "email": "grace@xn--bcher-kva.example" });
    administrator.patch(&path(&other), change).expect_problem(409, "email_already_used");
}

#[test]
fn of_many_who_create_one_address_at_once_one_succeeds() {
    // As costly as by default: not all of them can be hashed in the time that anybody waits.
    let service = Service::options().with("ROSTER_BCRYPT_COST", "12").start();
    let administrator = service.administrator();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let spell = |n: usize| if n.is_multiple_of(2) { "race@example.com" } else { "RACE@example.com" };
        let create = |n| {
            let administrator = &administrator;
            scope.spawn(move || administrator.post("/users", person(spell(n))).status)
        };
        let racers: Vec<_> = (0..50).map(create).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 49, "{statuses:?}");
    service.database().assert_sound();
}

#[test]
fn an_absent_member_stays_and_null_clears() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = create(&administrator, "patch@example.com");
    for method in ["PUT", "PATCH"] {
        let change = json!({ "description": "Admiral", "jobTitle": "Engineer", "locale": "de" });
        let changed = administrator.send(method, &path(&user), &[], &change.into()).expect(200);
        assert_eq!((&changed["description"], &changed["firstName"]), (&json!("Admiral"), &json!("Grace")));
        let cleared =
            administrator.send(method, &path(&user), &[], &json!({ "description": null }).into()).expect(200);
        assert_eq!((&cleared["description"], &cleared["jobTitle"]), (&Value::Null, &json!("Engineer")));
    }
}

#[test]
fn what_everybody_has_cannot_be_cleared() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = create(&administrator, "null@example.com");
    let members = ["firstName", "lastName", "email", "roles", "disabled", "emailVerified"];
    let body: Value = members.iter().map(|member| ((*member).to_owned(), Value::Null)).collect();
    let mut expected: Vec<_> =
        members.iter().map(|member| (format!("/{member}"), "required".to_owned())).collect();
    expected.sort();
    assert_eq!(administrator.patch(&path(&user), body).expect_faults(), expected);
}

#[test]
fn a_change_makes_a_version_and_nothing_changed_makes_none() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = create(&administrator, "version@example.com");
    let first = administrator.get(&path(&user)).header("etag").unwrap().to_owned();
    administrator.patch(&path(&user), json!({ "description": null, "roles": ["tech"] })).expect(200);
    assert_eq!(administrator.get(&path(&user)).header("etag"), Some(first.as_str()));
    let changed =
        administrator.send("PATCH", &path(&user), &[("if-match", &first)], &json!({ "locale": "fr" }).into());
    assert_ne!(changed.header("etag"), Some(first.as_str()));
    assert!(changed.expect(200)["updatedAt"].as_str() >= user["updatedAt"].as_str());
    let stale = [("if-match", first.as_str())];
    administrator
        .send("PUT", &path(&user), &stale, &json!({ "locale": "it" }).into())
        .expect_problem(412, "version_mismatch");
    administrator.send("DELETE", &path(&user), &stale, &Body::Empty).expect_problem(412, "version_mismatch");
    let unchanged = administrator.send("GET", &path(&user), &[("if-none-match", "*")], &Body::Empty);
    unchanged.expect_status(304);
}

#[test]
fn a_tag_is_good_for_one_reader_and_a_version_for_all() {
    let service = Service::start();
    let administrator = service.administrator();
    let reader = service.user_made_by(&administrator, "tech");
    let user = create(&administrator, "tag@example.com");
    let tag = administrator.get(&path(&user)).header("etag").unwrap().to_owned();
    // The reader sees less, so the administrator's tag is no answer for them.
    reader.send("GET", &path(&user), &[("if-none-match", &tag)], &Body::Empty).expect(200);
    let theirs = reader.get(&path(&user)).header("etag").unwrap().to_owned();
    administrator
        .send("PATCH", &path(&user), &[("if-match", &theirs)], &json!({ "locale": "fr" }).into())
        .expect(200);
}

#[test]
fn private_members_are_for_oneself_and_administrators() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "finance");
    let reader = service.user_made_by(&administrator, "tech");
    user.patch("/user/phone_number", json!({ "phoneNumber": "+41446681800", "region": "CH" })).expect(200);
    user.patch(&format!("/users/{}", user.id), json!({ "fallbackEmail": "home@example.com" })).expect(200);
    let seen = |by: &Actor| by.get(&format!("/users/{}", user.id)).expect(200);
    let private = ["authId", "lastLogin", "lastIp", "loginsCount", "fallbackEmail", "phoneNumber"];
    for member in private {
        assert_eq!(seen(&reader)[member], Value::Null, "{member}");
        assert_ne!(seen(&administrator)[member], Value::Null, "{member}");
        assert_ne!(seen(&user)[member], Value::Null, "{member}");
    }
    let listed = reader.get(&format!("/users?ids={}", user.id)).expect(200)["results"][0].clone();
    assert_eq!(listed, seen(&reader));
    let listed = administrator.get(&format!("/users?ids={}", user.id)).expect(200)["results"][0].clone();
    assert_eq!(listed, seen(&administrator));
    assert_eq!(user.get("/users/me").expect(200), seen(&user));
}

#[test]
fn sign_ins_are_counted_without_making_a_version() {
    let service = Service::start();
    let user = service.user("tech");
    let before = user.get("/users/me").expect(200);
    assert_eq!((&before["loginsCount"], &before["lastIp"]), (&json!(1), &json!("127.0.0.1")));
    service.sign_in(&user.email, &user.password);
    let after = user.get("/users/me").expect(200);
    assert_eq!(after["loginsCount"], 2);
    assert!(after["lastLogin"].as_str() >= before["lastLogin"].as_str());
    assert_eq!(after["updatedAt"], before["updatedAt"]);
}

#[test]
fn people_change_themselves_but_not_their_standing() {
    let service = Service::start();
    let user = service.user("tech");
    let own = format!("/users/{}", user.id);
    let changed = user
        .patch(&own, json!({ "firstName": "Ada", "description": "Countess", "locale": "en" }))
        .expect(200);
    assert_eq!(changed["fullName"], format!("Ada {}", changed["lastName"].as_str().unwrap()));
    for standing in [
        json!({ "roles": ["tech"] }),
        json!({ "disabled": false }),
        json!({ "groupId": null }),
        json!({ "emailVerified": false }),
        json!({ "firstName": "Eve", "roles": ["board"] }),
    ] {
        user.patch(&own, standing).expect_problem(403, "insufficient_role");
    }
    assert_eq!(user.get("/user").expect(200)["data"]["firstName"], "Ada");
}

#[test]
fn a_changed_own_address_needs_the_password() {
    let service = Service::start();
    for user in [service.user("tech"), service.user("hr")] {
        let own = format!("/users/{}", user.id);
        let new = format!("new.{}", user.email);
        let fault = |code: &str| [("/currentPassword".to_owned(), code.to_owned())];
        assert_eq!(user.patch(&own, json!({ "email": new })).expect_faults(), fault("required"));
        let wrong = json!({ "email": new, "currentPassword": "canary-wrong-password" });
        assert_eq!(user.patch(&own, wrong).expect_faults(), fault("wrong_password"));
        let right = json!({ "email": new, "currentPassword": user.password });
        assert_eq!(user.patch(&own, right).expect(200)["email"], new);
        service.try_password(&user.email, &user.password).expect(400);
        service.try_password(&new, &user.password).expect(200);
    }
}

#[test]
fn a_changed_address_is_unverified_unless_said_otherwise() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = path(&create(&administrator, "verified@example.com"));
    let verified = administrator.patch(&user, json!({ "emailVerified": true })).expect(200);
    assert_eq!(verified["emailVerified"], true);
    let moved = administrator.patch(&user, json!({ "email": "moved@example.com" })).expect(200);
    assert_eq!(moved["emailVerified"], false);
    let both = administrator
        .patch(&user, json!({ "email": "again@example.com", "emailVerified": true }))
        .expect(200);
    assert_eq!(both["emailVerified"], true);
}

#[test]
fn a_deleted_person_leaves_nothing_but_an_id() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let facility = "11111111-1111-4111-8111-111111111111";
    administrator.give(&user.id, facility, &["doors:open"]);
    let own = format!("/users/{}", user.id);
    assert_eq!(administrator.delete(&own).expect(200), json!({ "deleted": true }));
    administrator.get(&own).expect_problem(404, "not_found");
    administrator.delete(&own).expect_problem(404, "not_found");
    user.get("/user").expect_problem(401, "invalid_token");
    service.try_password(&user.email, &user.password).expect(400);
    let holders = administrator.get(&format!("/facilities/{facility}/access")).expect(200);
    assert_eq!(holders["results"], json!([]));
    let mut database = service.database();
    let id = user.id.replace('-', "");
    for table in ["credentials", "sessions", "sign_in_statistics", "facility_access"] {
        let left = format!("SELECT count(*) AS value FROM {table} WHERE lower(hex(user_id)) = '{id}'");
        assert_eq!(database.count(&left), 0, "{table}");
    }
    let told = format!("SELECT count(*) AS value FROM events WHERE instr(data, '{}') > 0", user.email);
    assert_eq!(database.count(&told), 0);
    assert!(database.texts("SELECT type AS value FROM events").contains(&"user.deleted".to_owned()));
    // The address is free again.
    create(&administrator, &user.email);
}

#[test]
fn me_can_only_be_read() {
    let service = Service::start();
    let user = service.user("tech");
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        let answer = user.send(method, "/users/me", &[], &json!({}).into());
        answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
}
