//! Facility access: giving, removing, expiring, listing.

use roster_tests::{Actor, Service, eventually};
use serde_json::{Value, json};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

fn give(by: &Actor, body: Value) -> roster_tests::Answer {
    by.post(&format!("/facilities/{FACILITY}/give_access"), body)
}

fn remove(by: &Actor, body: Value) -> roster_tests::Answer {
    by.post(&format!("/facilities/{FACILITY}/remove_access"), body)
}

fn holders(by: &Actor, query: &str) -> Vec<String> {
    let page = by.get(&format!("/facilities/{FACILITY}/access{query}")).expect(200);
    page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|access| access["userId"].as_str().unwrap().to_owned())
        .collect()
}

/// RFC 3339, as a database would say it: seconds from now.
fn in_seconds(service: &Service, seconds: i64) -> String {
    service.database().time_in(seconds)
}

#[test]
fn access_given_is_answered_and_listed() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let answer = give(
        &administrator,
        json!({ "userId": user.id, "actions": ["doors:open", "cameras:read", "doors:open"] }),
    );
    let given = answer.expect(200);
    assert_eq!((&given["status"], &given["message"]), (&json!("ok"), &json!("Access given to the user")));
    let access = given["data"].clone();
    let expected = json!({
        "userId": user.id, "facilityId": FACILITY, "actions": ["cameras:read", "doors:open"], "expiresAt": null,
        "grantedBy": { "type": "user", "id": administrator.id }, "grantedAt": access["grantedAt"],
    });
    assert_eq!(access, expected);
    let listed = administrator.get(&format!("/facilities/{FACILITY}/access")).expect(200);
    assert_eq!(listed, json!({ "results": [access], "nextCursor": null }));
    let own = user.get(&format!("/users/{}/facilities", user.id)).expect(200);
    assert_eq!(own, json!({ "results": [access], "nextCursor": null }));
}

#[test]
fn giving_adds_and_removing_subtracts() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    administrator.give(&user.id, FACILITY, &["b"]);
    assert_eq!(administrator.give(&user.id, FACILITY, &["a", "c"])["actions"], json!(["a", "b", "c"]));
    assert_eq!(administrator.remove(&user.id, FACILITY, &["b", "never-held"])["actions"], json!(["a", "c"]));
    let answer = remove(&administrator, json!({ "userId": user.id, "actions": ["a", "c"] })).expect(200);
    assert_eq!(answer["message"], "Access removed from the user");
    let left = json!({
        "userId": user.id, "facilityId": FACILITY, "actions": [], "expiresAt": null, "grantedBy": null,
        "grantedAt": null,
    });
    assert_eq!(answer["data"], left);
    assert_eq!(administrator.remove(&user.id, FACILITY, &["a"]), left);
    assert!(holders(&administrator, "").is_empty());
}

#[test]
fn a_repeated_giving_is_no_change() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let other = service.user_made_by(&administrator, "hr");
    let first = administrator.give(&user.id, FACILITY, &["a", "b"]);
    let events = service.database().count("SELECT count(*) AS value FROM events");
    assert_eq!(other.give(&user.id, FACILITY, &["b"]), first);
    assert_eq!(service.database().count("SELECT count(*) AS value FROM events"), events);
    assert_eq!(other.give(&user.id, FACILITY, &["c"])["grantedBy"]["id"], other.id);
}

#[test]
fn without_a_user_the_caller_is_meant() {
    let service = Service::start();
    let administrator = service.administrator();
    let access = give(&administrator, json!({ "actions": ["doors:open"] })).expect(200);
    assert_eq!(access["data"]["userId"], administrator.id);
    let access = remove(&administrator, json!({ "actions": ["doors:open"] })).expect(200);
    assert_eq!(access["data"]["actions"], json!([]));
}

#[test]
fn a_client_names_the_user() {
    let service = Service::start();
    let client = service.trusted_client("warden");
    let user = service.user("tech");
    let fault = [("/userId".to_owned(), "required".to_owned())];
    assert_eq!(give(&client, json!({ "actions": ["a"] })).expect_faults(), fault);
    assert_eq!(remove(&client, json!({ "actions": ["a"] })).expect_faults(), fault);
    let access = client.give(&user.id, FACILITY, &["a"]);
    assert_eq!(access["grantedBy"], json!({ "type": "client", "id": "warden" }));
}

#[test]
fn unknown_people_and_places_are_told_apart_from_faults() {
    let service = Service::start();
    let administrator = service.administrator();
    let stranger = "ae34bc53-660c-4d7b-94df-393baed04f32";
    give(&administrator, json!({ "userId": stranger, "actions": ["a"] })).expect_problem(404, "not_found");
    remove(&administrator, json!({ "userId": stranger, "actions": ["a"] })).expect_problem(404, "not_found");
    administrator.get(&format!("/users/{stranger}/facilities")).expect_problem(404, "not_found");
    let body = json!({ "actions": ["a"] });
    administrator.post("/facilities/hall/give_access", body.clone()).expect_problem(404, "not_found");
    administrator.post("/facilities/hall/remove_access", body).expect_problem(404, "not_found");
    administrator.get("/facilities/hall/access").expect_problem(404, "not_found");
    // Facilities belong to other services: any UUID is one.
    assert!(holders(&administrator, "").is_empty());
}

#[test]
fn actions_have_one_form() {
    let service = Service::start();
    let administrator = service.administrator();
    let longest = "a".repeat(64);
    for action in ["a", "doors:open", "a.b_c-d:e0", longest.as_str()] {
        give(&administrator, json!({ "actions": [action] })).expect(200);
    }
    let too_long = "a".repeat(65);
    for action in
        ["", "Doors", "doors::open", ":open", "open-", "open door", "ö", "a\u{0}", too_long.as_str()]
    {
        let faults = give(&administrator, json!({ "actions": ["fine", action] })).expect_faults();
        assert_eq!(faults.len(), 1, "{action}: {faults:?}");
        assert_eq!(faults[0].0, "/actions/1", "{action}");
    }
    let many: Vec<String> = (0..65).map(|n| format!("action-{n}")).collect();
    let code = |actions: Value| give(&administrator, json!({ "actions": actions })).expect_faults();
    assert_eq!(code(json!(many)), [("/actions".to_owned(), "too_long".to_owned())]);
    assert_eq!(code(json!([])), [("/actions".to_owned(), "empty".to_owned())]);
    assert_eq!(code(Value::Null), [("/actions".to_owned(), "required".to_owned())]);
}

#[test]
fn one_grant_has_one_expiry() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let expiry = in_seconds(&service, 3600);
    let with = |actions: &[&str], expires_at: Value| {
        give(&administrator, json!({ "userId": user.id, "actions": actions, "expiresAt": expires_at }))
    };
    assert_eq!(with(&["a"], json!(expiry)).expect(200)["data"]["expiresAt"], json!(expiry));
    assert_eq!(administrator.give(&user.id, FACILITY, &["b"])["expiresAt"], json!(expiry), "absent keeps it");
    assert_eq!(
        with(&["b"], Value::Null).expect(200)["data"]["expiresAt"],
        Value::Null,
        "null makes it permanent"
    );
    let fault = |code: &str| [("/expiresAt".to_owned(), code.to_owned())];
    assert_eq!(with(&["a"], json!("2020-02-18T09:11:32.481Z")).expect_faults(), fault("in_the_past"));
    assert_eq!(with(&["a"], json!("tomorrow")).expect_faults(), fault("invalid_time"));
}

#[test]
fn an_expired_grant_counts_as_absent() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let expiry = in_seconds(&service, 2);
    give(&administrator, json!({ "userId": user.id, "actions": ["a"], "expiresAt": expiry })).expect(200);
    assert_eq!(holders(&administrator, ""), [user.id.as_str()]);
    eventually("the end of the grant", || holders(&administrator, "").is_empty().then_some(()));
    assert_eq!(user.get("/user/facilities").expect(200)["data"], json!([]));
    assert_eq!(user.get(&format!("/users/{}/facilities", user.id)).expect(200)["results"], json!([]));
    let anew = administrator.give(&user.id, FACILITY, &["b"]);
    assert_eq!((&anew["actions"], &anew["expiresAt"]), (&json!(["b"]), &Value::Null));
}

#[test]
fn holders_are_listed_by_user_and_by_action() {
    let service = Service::start();
    let administrator = service.administrator();
    let mut people: Vec<Actor> = (0..5).map(|_| service.user_made_by(&administrator, "tech")).collect();
    for (index, person) in people.iter().enumerate() {
        let action = if index.is_multiple_of(2) { "even" } else { "odd" };
        administrator.give(&person.id, FACILITY, &["all", action]);
    }
    let even: Vec<String> = people.iter().step_by(2).map(|person| person.id.clone()).collect();
    people.sort_by(|one, other| one.id.cmp(&other.id));
    let everybody: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
    assert_eq!(holders(&administrator, ""), everybody);
    let mut found = holders(&administrator, "?action=even");
    found.sort();
    let mut even = even;
    even.sort();
    assert_eq!(found, even);
    assert!(holders(&administrator, "?action=eve").is_empty());
    administrator
        .get(&format!("/facilities/{FACILITY}/access?action=Even"))
        .expect_problem(400, "malformed_request");
}

#[test]
fn lists_of_access_go_on_with_a_cursor() {
    let service = Service::start();
    let administrator = service.administrator();
    let everybody: Vec<Actor> = (0..5).map(|_| service.user_made_by(&administrator, "tech")).collect();
    for person in &everybody {
        administrator.give(&person.id, FACILITY, &["a"]);
    }
    let all = format!("/facilities/{FACILITY}/access");
    assert_eq!(walk(&administrator, &all, "userId"), holders(&administrator, ""));
    let person = &everybody[0];
    let mut facilities: Vec<String> =
        (0..5).map(|n| format!("{n}0000000-0000-4000-8000-000000000000")).collect();
    facilities.iter().rev().for_each(|facility| drop(administrator.give(&person.id, facility, &["a"])));
    facilities.push(FACILITY.to_owned());
    facilities.sort();
    let own = format!("/users/{}/facilities", person.id);
    assert_eq!(walk(&administrator, &own, "facilityId"), facilities);
    let cursor =
        administrator.get(&format!("{own}?limit=1")).expect(200)["nextCursor"].as_str().unwrap().to_owned();
    administrator.get(&format!("{all}?cursor={cursor}")).expect_problem(400, "malformed_request");
}

/// Reads a list two by two; answers this member of each item.
fn walk(by: &Actor, path: &str, member: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut page = by.get(&format!("{path}?limit=2")).expect(200);
    loop {
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= 2);
        found.extend(results.iter().map(|item| item[member].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { return found };
        page = by.get(&format!("{path}?limit=2&cursor={cursor}")).expect(200);
    }
}

#[test]
fn grants_of_the_disabled_sleep_and_come_back() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    administrator.give(&user.id, FACILITY, &["a"]);
    let own = format!("/users/{}", user.id);
    administrator.patch(&own, json!({ "disabled": true })).expect(200);
    assert!(holders(&administrator, "").is_empty());
    administrator.patch(&own, json!({ "disabled": false })).expect(200);
    assert_eq!(holders(&administrator, ""), [user.id.as_str()]);
}
