//! Sessions: where people are signed in, and ending that, one's own or a person's altogether.

use roster_tests::{Actor, Body, CLIENT, RawSocket, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

fn listed(person: &Actor) -> Vec<Value> {
    let body = person.get("/user/sessions").expect(200);
    assert_eq!((&body["status"], body.as_object().unwrap().len()), (&json!("ok"), 2), "{body}");
    body["data"].as_array().unwrap().clone()
}

fn ids(person: &Actor) -> Vec<String> {
    listed(person).iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

fn path(session: &str) -> String {
    format!("/user/sessions/{session}")
}

fn all_sessions_of(person: &Actor) -> String {
    format!("/users/{}/sessions", person.id)
}

/// Asks for tokens from this address with this program.
fn ask_from(service: &Service, fields: &[(&'static str, &str)], address: &str, program: &str) -> Value {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let headers = [("x-forwarded-for", address), ("user-agent", program)];
    service.http().send("POST", "/oauth/token", &headers, &Body::Fields(fields)).expect(200)
}

#[test]
fn a_session_is_told_with_these_members_alone() {
    let service = Service::start();
    let user = service.user("tech");
    let sessions = listed(&user);
    assert_eq!(sessions.len(), 1);
    let session = &sessions[0];
    let members: BTreeSet<&str> = session.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["clientId", "createdAt", "current", "id", "lastIp", "lastUsedAt", "userAgent"];
    assert_eq!(members, BTreeSet::from(expected));
    assert_eq!(session["id"], user.session(), "it is the one of the token");
    assert_eq!((&session["clientId"], &session["lastIp"]), (&json!(CLIENT), &json!("127.0.0.1")));
    assert_eq!((&session["current"], &session["lastUsedAt"]), (&json!(true), &session["createdAt"]));
    let time = session["createdAt"].as_str().unwrap();
    assert!(time.len() == "2020-02-18T09:11:32.481Z".len() && time.ends_with('Z'), "{time}");
}

#[test]
fn what_is_not_known_of_a_session_is_null() {
    let service = Service::start();
    let user = service.user("tech");
    let body =
        format!("grant_type=password&client_id={CLIENT}&username={}&password={}", user.email, user.password);
    let mut socket = RawSocket::connect(service.address());
    socket.send(format!(
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(socket.read(Duration::from_secs(10)).statuses(), [200]);
    let session = listed(&user).into_iter().find(|session| session["current"] == false).unwrap();
    assert!(session.as_object().unwrap().contains_key("userAgent") && session["userAgent"].is_null());
}

#[test]
fn only_ones_own_living_sessions_are_listed() {
    let mut service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let other = service.sign_in(&user.email, &user.password);
    let ended = service.sign_in(&user.email, &user.password);
    user.delete(&path(&ended.session())).expect(200);
    let mine = BTreeSet::from([user.session(), other.session()]);
    assert_eq!(ids(&user).into_iter().collect::<BTreeSet<_>>(), mine);
    assert_eq!(ids(&administrator), [administrator.session()]);
    let current: Vec<Value> =
        listed(&other).into_iter().filter(|session| session["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["id"], other.session());
    // A month later those are over that nobody refreshed.
    service.age_sessions(2_592_000);
    let again = service.sign_in(&user.email, &user.password);
    assert_eq!(ids(&again), [again.session()]);
}

#[test]
fn what_was_used_last_is_listed_first() {
    let service = Service::start();
    let first = service.user("tech");
    let second = service.sign_in(&first.email, &first.password);
    let third = service.sign_in(&first.email, &first.password);
    assert_eq!(ids(&first), [third.session(), second.session(), first.session()]);
    service.refreshed(&second);
    assert_eq!(ids(&first), [second.session(), third.session(), first.session()]);
}

#[test]
fn only_a_sign_in_and_a_refresh_use_a_session() {
    let service = Service::options().with("ROSTER_TRUSTED_PROXIES", "127.0.0.1/32").start();
    let backend = service.register_client("backend", &[]);
    let user = service.user("tech");
    let fields = [
        ("grant_type", "password"),
        ("client_id", CLIENT),
        ("username", &*user.email),
        ("password", &*user.password),
    ];
    let tokens = ask_from(&service, &fields, "203.0.113.1", "first/1");
    let text = |tokens: &Value, member: &str| tokens[member].as_str().unwrap().to_owned();
    let here = user.with_token(text(&tokens, "access_token"));
    let told = || listed(&here).into_iter().find(|session| session["current"] == true).unwrap();
    let before = told();
    assert_eq!((&before["lastIp"], &before["userAgent"]), (&json!("203.0.113.1"), &json!("first/1")));
    let elsewhere = [("x-forwarded-for", "203.0.113.9"), ("user-agent", "other/9")];
    let change = json!({ "firstName": "A", "lastName": "B", "jobTitle": null });
    here.send("PATCH", "/user", &elsewhere, &change.into()).expect(200);
    here.send("GET", "/user", &elsewhere, &Body::Empty).expect(200);
    here.send("GET", "/authorize", &elsewhere, &Body::Empty).expect_status(200);
    let token = text(&tokens, "refresh_token");
    service.post_form_as(&backend, "/oauth/introspect", &[("token", &here.token)]).expect(200);
    let wide =
        [("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", &token), ("scope", "all")];
    service.post_form("/oauth/token", &wide).expect(400);
    assert_eq!(told(), before);
    ask_from(&service, &wide[..3], "203.0.113.2", "second/2");
    let after = told();
    assert_eq!((&after["lastIp"], &after["userAgent"]), (&json!("203.0.113.2"), &json!("second/2")));
    assert_eq!((&after["id"], &after["createdAt"]), (&before["id"], &before["createdAt"]));
    assert!(after["lastUsedAt"].as_str() > before["lastUsedAt"].as_str(), "{before} {after}");
}

#[test]
fn a_session_that_its_owner_ends_is_over_at_once() {
    let service = Service::start();
    let user = service.user("tech");
    for _ in 0..10 {
        let other = service.sign_in(&user.email, &user.password);
        other.get("/user").expect(200);
        let answer = user.delete(&path(&other.session()));
        assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "Session ended" }));
        other.get("/user").expect_problem(401, "invalid_token");
        assert_eq!(service.try_refresh(other.refresh()).expect(400)["error"], "invalid_grant");
    }
    user.get("/user").expect(200);
    service.refreshed(&user);
}

#[test]
fn the_session_of_the_very_token_can_be_ended() {
    let service = Service::start();
    let user = service.user("tech");
    user.get("/user").expect(200);
    user.delete(&path(&user.session())).expect(200);
    user.get("/user").expect_problem(401, "invalid_token");
    user.delete(&path(&user.session())).expect_problem(401, "invalid_token");
    assert_eq!(service.try_refresh(user.refresh()).expect(400)["error"], "invalid_grant");
    service.sign_in(&user.email, &user.password).get("/user").expect(200);
}

#[test]
fn the_end_of_a_session_is_an_event_of_its_owner() {
    let service = Service::start();
    let user = service.user("tech");
    let other = service.sign_in(&user.email, &user.password);
    user.delete(&path(&other.session())).expect(200);
    let mut database = service.database();
    let expected = ["user.created", "session.started", "session.started", "session.ended"];
    assert_eq!(database.events_about(&user.id), expected);
    let told = database.texts(
        "SELECT actor_type || ' ' || actor_id || ' ' || data AS value FROM events WHERE type = 'session.ended'",
    );
    let (actor, data) = told[0].split_once(" {").unwrap();
    assert_eq!(actor, format!("user {}", user.id));
    let data: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
    assert_eq!(data, json!({ "sessionId": other.session(), "clientId": CLIENT }));
}

#[test]
fn a_session_that_is_not_ones_own_is_nowhere_to_be_found() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let ended = service.sign_in(&user.email, &user.password);
    user.delete(&path(&ended.session())).expect(200);
    let unknown = "0199d6a0-0000-7000-8000-000000000000".to_owned();
    for session in [administrator.session(), ended.session(), unknown, "no-uuid".to_owned()] {
        user.delete(&path(&session)).expect_problem(404, "not_found");
    }
    // Not by an administrator either: what is under `/user` is about oneself.
    administrator.delete(&path(&user.session())).expect_problem(404, "not_found");
    administrator.get("/user").expect(200);
    user.delete(&path(&user.session().to_uppercase())).expect(200);
}

#[test]
fn a_session_is_ended_for_the_version_that_was_seen_alone() {
    let service = Service::start();
    let user = service.user("tech");
    let other = service.sign_in(&user.email, &user.password);
    let seen = user.get("/user").header("etag").unwrap().to_owned();
    let change = json!({ "firstName": "A", "lastName": "B", "jobTitle": "C" });
    user.patch("/user", change).expect(200);
    let end = |session: &str, version: &str| {
        user.send("DELETE", &path(session), &[("if-match", version)], &Body::Empty)
    };
    end(&other.session(), &seen).expect_problem(412, "version_mismatch");
    end("no-uuid", &seen).expect_problem(404, "not_found");
    other.get("/user").expect(200);
    let now = user.get("/user").header("etag").unwrap().to_owned();
    end(&other.session(), &now).expect(200);
    end(&user.session(), "*").expect(200);
}

#[test]
fn an_administrator_signs_a_person_out_everywhere() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let others = [1, 2].map(|_| service.sign_in(&user.email, &user.password));
    let everywhere = [&user, &others[0], &others[1]];
    for place in everywhere {
        place.get("/user").expect(200);
    }
    assert_eq!(administrator.delete(&all_sessions_of(&user)).expect(200), json!({ "ended": 3 }));
    for place in everywhere {
        place.get("/user").expect_problem(401, "invalid_token");
        assert_eq!(service.try_refresh(place.refresh()).expect(400)["error"], "invalid_grant");
    }
    assert_eq!(administrator.delete(&all_sessions_of(&user)).expect(200), json!({ "ended": 0 }));
    let events = service.database().events_about(&user.id);
    assert_eq!(events.iter().filter(|kind| *kind == "session.ended").count(), 3, "{events:?}");
    service.sign_in(&user.email, &user.password).get("/user").expect(200);
    administrator.get("/user").expect(200);
}

#[test]
fn the_sessions_of_a_person_end_for_the_version_that_was_seen_alone() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let seen = administrator.get(&format!("/users/{}", user.id)).header("etag").unwrap().to_owned();
    administrator.patch(&format!("/users/{}", user.id), json!({ "description": "changed" })).expect(200);
    let end = |path: &str| administrator.send("DELETE", path, &[("if-match", &seen)], &Body::Empty);
    end(&all_sessions_of(&user)).expect_problem(412, "version_mismatch");
    user.get("/user").expect(200);
    for nobody in ["0199d6a0-0000-7000-8000-000000000000", "no-uuid"] {
        end(&format!("/users/{nobody}/sessions")).expect_problem(404, "not_found");
    }
}

#[test]
fn only_an_administrator_ends_the_sessions_of_a_person() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    user.delete(&all_sessions_of(&administrator)).expect_problem(403, "insufficient_role");
    user.delete(&all_sessions_of(&user)).expect_problem(403, "insufficient_role");
    administrator.get("/user").expect(200);
    assert_eq!(administrator.delete(&all_sessions_of(&administrator)).expect(200), json!({ "ended": 1 }));
    administrator.get("/user").expect_problem(401, "invalid_token");
}
