//! Nobody sets by a body, or learns by a query, what the call is not about.

use roster_tests::{Actor, Service};
use serde_json::{Value, json};

/// Members that some service somewhere lets callers set, with a value that would do harm.
fn foreign_members() -> Vec<(&'static str, Value)> {
    vec![
        ("id", json!("ae34bc53-660c-4d7b-94df-393baed04f32")),
        ("_id", json!("ae34bc53-660c-4d7b-94df-393baed04f32")),
        ("authId", json!("roster|ae34bc53-660c-4d7b-94df-393baed04f32")),
        ("isSso", json!(true)),
        ("connection", json!("saml")),
        ("loginsCount", json!(1_000)),
        ("lastIp", json!("192.0.2.1")),
        ("lastLogin", json!("2020-02-18T09:11:32.481Z")),
        ("createdAt", json!("2020-02-18T09:11:32.481Z")),
        ("updatedAt", json!("2020-02-18T09:11:32.481Z")),
        ("fullName", json!("Somebody Else")),
        ("password", json!("canary-another-password")),
        ("newPassword", json!("canary-another-password")),
        ("passwordHash", json!("$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")),
        ("password_hash", json!("$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")),
        ("chosenBy", json!("owner")),
        ("needPasswordChange", json!(false)),
        ("isSuperuser", json!(true)),
        ("administrator", json!(true)),
        ("role", json!("board")),
        ("scopes", json!(["users:delete"])),
        ("tokenVersion", json!(1)),
        ("version", json!(1)),
        ("deletedAt", Value::Null),
        ("phoneNumber", json!({ "e164Format": "+41446681800", "verified": true })),
        ("picture", json!("https://evil.example/x.png")),
        ("pictureProfileUrl", json!("https://evil.example/x.png")),
        ("intercomHash", json!("00")),
        ("facilities", json!([])),
        ("__proto__", json!({ "isSuperuser": true })),
        ("constructor", json!({ "prototype": {} })),
        ("first_name", json!("Eve")),
        ("FirstName", json!("Eve")),
        ("email ", json!("eve@example.com")),
        ("$set", json!({ "roles": ["board"] })),
        ("", json!(1)),
    ]
}

/// The body with one more member.
fn with(body: &Value, member: &str, value: &Value) -> Value {
    let mut body = body.clone();
    body[member] = value.clone();
    body
}

#[test]
fn members_that_a_call_does_not_know_are_refused_and_change_nothing() {
    let service = Service::start();
    let administrator = service.administrator();
    let (user, bystander) = (service.user_made_by(&administrator, "tech"), service.bystander());
    let own = format!("/users/{}", user.id);
    let person = json!({
        "firstName": "New", "lastName": "Person", "email": "new@example.com",
        "plainPassword": "canary-new-person", "roles": ["tech"],
    });
    let name = json!({ "firstName": "New", "lastName": "Name", "jobTitle": null });
    let phone = json!({ "phoneNumber": "+41446681800", "region": "CH" });
    let password = json!({ "oldPassword": user.password, "newPassword": "canary-another-password" });
    let access = json!({ "actions": ["doors:open"], "userId": user.id });
    let facility = "/facilities/16f0cbe3-bc75-45ea-9168-52e52c941ada";
    let calls: [(&Actor, &str, String, &Value); 10] = [
        (&administrator, "POST", "/users".to_owned(), &person),
        (&administrator, "PUT", own.clone(), &json!({ "firstName": "New" })),
        (&administrator, "PATCH", own.clone(), &json!({ "firstName": "New" })),
        (&user, "PUT", own.clone(), &json!({ "firstName": "New" })),
        (&user, "PATCH", own.clone(), &json!({ "firstName": "New" })),
        (&user, "PATCH", "/user".to_owned(), &name),
        (&user, "PATCH", "/user/phone_number".to_owned(), &phone),
        (&user, "PUT", "/user/password".to_owned(), &password),
        (&administrator, "POST", format!("{facility}/give_access"), &access),
        (&administrator, "POST", format!("{facility}/remove_access"), &access),
    ];
    let before = service.database().contents();
    for (by, method, path, body) in calls {
        for (member, value) in foreign_members() {
            // Some are what this very call is about.
            if body.get(member).is_some() {
                continue;
            }
            let answer = by.send(method, &path, &[], &with(body, member, &value).into());
            answer.expect_problem(400, "malformed_request");
        }
    }
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    service.assert_unharmed(&bystander);
}

#[test]
fn a_new_persons_standing_is_not_theirs_to_choose() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = json!({
        "firstName": "New", "lastName": "Person", "email": "new@example.com",
        "plainPassword": "canary-new-person", "roles": ["tech"],
    });
    for (member, value) in
        [("emailVerified", json!(true)), ("disabled", json!(false)), ("currentPassword", json!("canary-x"))]
    {
        administrator.post("/users", with(&person, member, &value)).expect_problem(400, "malformed_request");
    }
    let own = format!("/users/{}", administrator.id);
    let rename = json!({ "plainPassword": "canary-another-password" });
    administrator.patch(&own, rename).expect_problem(400, "malformed_request");
}

#[test]
fn what_is_hidden_cannot_be_asked_for() {
    let service = Service::start();
    let administrator = service.administrator();
    let reader = service.user_made_by(&administrator, "tech");
    for query in [
        "passwordHash=$2b$04$",
        "password_hash[$regex]=^v1",
        "email[$ne]=x@example.com",
        "email[]=x@example.com",
        "search[$gt]=",
        "sort=password",
        "sort=passwordHash",
        "order=email",
        "fields=password",
        "fields=passwordHash,email",
        "select=*",
        "include=credentials",
        "populate=*",
        "expand=sessions",
        "filter[password_hash]=a",
        "filters[email][$startsWith]=a",
        "where[fallbackEmail]=home@example.com",
        "where=1%3D1",
        "q=a",
        "lastIp=127.0.0.1",
        "loginsCount=0",
        "fallbackEmail=home@example.com",
        "phoneNumber=%2B41446681800",
        "disabled=true",
        "roles=board",
        "offset=1",
        "%24where=1",
        "__proto__[x]=1",
        "access_token=x",
    ] {
        for path in
            ["/users", "/users/me", "/user", &format!("/users/{}", administrator.id), "/user/facilities"]
        {
            let answer = reader.get(&format!("{path}?{query}"));
            answer.expect_problem(400, "malformed_request");
        }
    }
    // Neither do searches look at anything but names.
    for words in ["$2b$", "v1$", "canary", "127.0.0.1", "roster", "home"] {
        let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        assert_eq!(reader.get(&format!("/users?search={query}")).expect(200)["total"], 0, "{words}");
    }
}

#[test]
fn a_refused_query_is_told_the_same_whatever_is_there() {
    let service = Service::start();
    let reader = service.user("tech");
    let hash = service.database().texts("SELECT password_hash AS value FROM credentials LIMIT 1").remove(0);
    let ask = |value: &str| {
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        reader.get(&format!("/users?passwordHash={value}")).likeness()
    };
    assert_eq!(ask(&hash), ask("nothing like it"));
}
