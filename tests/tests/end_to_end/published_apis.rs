//! The two published APIs: the requests that their callers send, word for word, and every member that they expect.

use roster_tests::{Actor, Body, Form, Picture, Service};
use serde_json::{Value, json};

/// The members of a person in the directory API.
const DIRECTORY_MEMBERS: [(&str, Shape); 9] = [
    ("id", Shape::Text),
    ("firstName", Shape::Text),
    ("lastName", Shape::Text),
    ("email", Shape::Text),
    ("fallbackEmail", Shape::TextOrNull),
    ("description", Shape::TextOrNull),
    ("pictureProfileUrl", Shape::TextOrNull),
    ("createdAt", Shape::Text),
    ("roles", Shape::Texts),
];

/// The members of the account in the account API.
const ACCOUNT_MEMBERS: [(&str, Shape); 15] = [
    ("id", Shape::Text),
    ("email", Shape::Text),
    ("firstName", Shape::Text),
    ("lastName", Shape::Text),
    ("fullName", Shape::Text),
    ("emailVerified", Shape::Flag),
    ("roles", Shape::Texts),
    ("activeWorkspace", Shape::TextOrNull),
    ("picture", Shape::TextOrNull),
    ("isSso", Shape::Flag),
    ("connection", Shape::Text),
    ("groupId", Shape::TextOrNull),
    ("phoneNumber", Shape::PhoneNumber),
    ("jobTitle", Shape::TextOrNull),
    ("intercomHash", Shape::TextOrNull),
];

/// The members of a user object as the account API describes it at large.
const USER_OBJECT_MEMBERS: [(&str, Shape); 18] = [
    ("id", Shape::Text),
    ("authId", Shape::Text),
    ("createdAt", Shape::Text),
    ("updatedAt", Shape::Text),
    ("email", Shape::Text),
    ("firstName", Shape::Text),
    ("lastName", Shape::Text),
    ("fullName", Shape::Text),
    ("emailVerified", Shape::Flag),
    ("roles", Shape::Texts),
    ("lastLogin", Shape::TextOrNull),
    ("activeWorkspace", Shape::TextOrNull),
    ("lastIp", Shape::TextOrNull),
    ("loginsCount", Shape::Number),
    ("locale", Shape::TextOrNull),
    ("picture", Shape::TextOrNull),
    ("isSso", Shape::Flag),
    ("connection", Shape::Text),
];

#[derive(Clone, Copy, Debug)]
enum Shape {
    Text,
    TextOrNull,
    Texts,
    Flag,
    Number,
    PhoneNumber,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::TextOrNull => value.is_string() || value.is_null(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_u64(),
            Self::PhoneNumber => {
                value["countryCode"].is_u64()
                    && value["e164Format"].is_string()
                    && value["nationalNumber"].is_u64()
                    && value["region"].is_string()
            }
        }
    }
}

#[track_caller]
fn has(object: &Value, members: &[(&str, Shape)]) {
    for (name, shape) in members {
        let value = object.get(*name).unwrap_or_else(|| panic!("{name} is missing in {object}"));
        assert!(shape.fits(value), "{name} is not {shape:?} in {object}");
    }
}

fn create(by: &Actor, roles: &[&str]) -> Value {
    let body = json!({
        "firstName": "FirstName",
        "lastName": "LastName",
        "email": "someone@example.com",
        "fallbackEmail": "someone.else@example.com",
        "description": "String",
        "plainPassword": "a String that is long enough",
        "roles": roles,
    });
    by.post("/users", body).expect(201)
}

#[test]
fn the_account_api_reads_the_account() {
    let service = Service::start();
    let user = service.user("tech");
    user.patch("/user/phone_number", json!({ "phoneNumber": "5554443322", "region": "TR" })).expect(200);
    let answer = user.get("/user").expect(200);
    assert_eq!(answer["status"], "ok");
    has(&answer["data"], &ACCOUNT_MEMBERS);
    let expected = json!({
        "countryCode": 90, "e164Format": "+905554443322", "nationalNumber": 5_554_443_322_u64, "region": "TR",
    });
    assert_eq!(answer["data"]["phoneNumber"], expected);
    has(&user.get("/users/me").expect(200), &USER_OBJECT_MEMBERS);
}

#[test]
fn the_account_api_changes_the_account() {
    let service = Service::start();
    let user = service.user("tech");
    user.patch("/user", json!({ "firstName": "FirstName", "lastName": "LastName", "jobTitle": "IT" }))
        .expect(200);
    user.send("PATCH", "/user/picture", &[], &Body::Form(Form::image(Picture::png(16, 16)))).expect(200);
    let answer = user.patch("/user/phone_number", json!({ "phoneNumber": "+905554443322", "region": "TR" }));
    assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "Phone number updated" }));
    let account = user.get("/user").expect(200)["data"].clone();
    assert_eq!((&account["fullName"], &account["jobTitle"]), (&json!("FirstName LastName"), &json!("IT")));
    assert!(account["picture"].is_string());
}

#[test]
fn the_account_api_gives_and_removes_access() {
    let service = Service::start();
    let user = service.administrator();
    let facility = "/facilities/ae34bc53-660c-4d7b-94df-393baed04f32";
    let body = json!({ "actions": ["view", "edit"] });
    let given = user.post(&format!("{facility}/give_access"), body.clone()).expect(200);
    assert_eq!((&given["status"], &given["message"]), (&json!("ok"), &json!("Access given to the user")));
    let removed = user.post(&format!("{facility}/remove_access"), body).expect(200);
    assert_eq!(
        (&removed["status"], &removed["message"]),
        (&json!("ok"), &json!("Access removed from the user"))
    );
    assert_eq!(removed["data"]["actions"], json!([]), "it does work");
}

#[test]
fn the_directory_api_lists_people() {
    let service = Service::start();
    let administrator = service.administrator();
    let made = create(&administrator, &["tech"]);
    let id = made["id"].as_str().unwrap();
    for query in [
        String::new(),
        "?limit=20&page=1".to_owned(),
        "?email=someone@example.com".to_owned(),
        format!("?ids={id}"),
        "?search=FirstName".to_owned(),
        "?search=firstname%20lastname".to_owned(),
    ] {
        let page = administrator.get(&format!("/users{query}")).expect(200);
        has(&page, &[("page", Shape::Number), ("limit", Shape::Number), ("pageCount", Shape::Number)]);
        assert_eq!((&page["page"], &page["limit"]), (&json!(1), &json!(20)), "{query}");
        let results = page["results"].as_array().unwrap();
        assert!(results.contains(&made), "{query}: {page}");
        for person in results {
            has(person, &DIRECTORY_MEMBERS);
        }
    }
}

#[test]
fn the_directory_api_creates_people() {
    let service = Service::start();
    let person = create(&service.administrator(), &["tech", "hr", "finance", "com", "business", "board"]);
    has(&person, &DIRECTORY_MEMBERS);
    assert_eq!(person["roles"], json!(["tech", "hr", "finance", "com", "business", "board"]));
    assert_eq!(person["fallbackEmail"], "someone.else@example.com");
}

#[test]
fn the_directory_api_knows_hr_as_rh_too() {
    let service = Service::start();
    let person = create(&service.administrator(), &["rh"]);
    assert_eq!(person["roles"], json!(["hr"]));
    let hr = service.sign_in("someone@example.com", "a String that is long enough");
    hr.patch(&format!("/users/{}", service.administrator().id), json!({ "description": "by hr" }))
        .expect(200);
}

#[test]
fn the_directory_api_reads_changes_and_deletes_a_person() {
    let service = Service::start();
    let administrator = service.administrator();
    let path = format!("/users/{}", create(&administrator, &["tech"])["id"].as_str().unwrap());
    has(&administrator.get(&path).expect(200), &DIRECTORY_MEMBERS);
    let body = json!({
        "firstName": "Another", "lastName": "Name", "email": "another@example.com",
        "fallbackEmail": "third@example.com", "description": "text", "roles": ["com", "finance"],
    });
    let changed = administrator.put(&path, body).expect(200);
    has(&changed, &DIRECTORY_MEMBERS);
    assert_eq!(
        (&changed["email"], &changed["roles"]),
        (&json!("another@example.com"), &json!(["finance", "com"]))
    );
    let person = service.sign_in("another@example.com", "a String that is long enough");
    let own = person.put(&path, json!({ "description": "by themselves" })).expect(200);
    assert_eq!(own["description"], "by themselves");
    person.put(&path, json!({ "roles": ["board"] })).expect_problem(403, "insufficient_role");
    assert_eq!(administrator.delete(&path).expect(200), json!({ "deleted": true }));
}

#[test]
fn the_directory_api_tells_who_the_token_is_about() {
    let service = Service::start();
    let user = service.sign_in_with(&service.user("business"), &["profile:get"]);
    let me = user.get("/users/me").expect(200);
    has(&me, &DIRECTORY_MEMBERS);
    assert_eq!(me["id"], user.id.as_str());
}
