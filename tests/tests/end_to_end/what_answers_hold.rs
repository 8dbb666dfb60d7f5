//! Every answer holds the members that are documented for it, and no secret.

use roster_tests::{Actor, Answer, Body, Database, Form, Picture, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const USER: &str = "id authId createdAt updatedAt email fallbackEmail firstName lastName fullName description \
    emailVerified roles lastLogin activeWorkspace groupId lastIp loginsCount locale picture pictureProfileUrl isSso \
    connection jobTitle phoneNumber disabled";
const ACCOUNT: &str = "id email firstName lastName fullName emailVerified roles activeWorkspace picture isSso connection \
    groupId phoneNumber jobTitle intercomHash";
const PHONE_NUMBER: &str = "countryCode e164Format nationalNumber region";
const ACCESS: &str = "userId facilityId actions expiresAt grantedBy grantedAt";
const FACILITY: &str = "/facilities/16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// An object has these members and no other.
#[track_caller]
fn has_exactly(object: &Value, members: &str) {
    let found: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found, members.split_whitespace().collect(), "{object}");
}

/// What must be in no answer: what the database keeps of secrets, in the ways in which one could write it.
fn kept_secrets(database: &mut Database) -> Vec<String> {
    let hashes = database.texts("SELECT password_hash AS value FROM credentials");
    let bcrypt: Vec<String> = hashes.iter().map(|hash| hash[hash.len() - 53..].to_owned()).collect();
    let digests = "SELECT lower(hex(secret_hash)) AS value FROM clients WHERE secret_hash IS NOT NULL \
        UNION SELECT lower(hex(hash)) FROM refresh_tokens UNION SELECT lower(hex(sealed)) FROM signing_keys";
    [hashes, bcrypt, database.texts(digests)].concat()
}

/// Everything that the service was asked here, so that all of it can be searched.
struct Story {
    service: Service,
    answers: Vec<Answer>,
}

impl Story {
    #[track_caller]
    fn ask(&mut self, by: &Actor, method: &str, path: &str, body: impl Into<Body>) -> Value {
        let answer = by.send(method, path, &[], &body.into());
        assert!((200..300).contains(&answer.status), "{answer}");
        self.answers.push(answer.clone());
        answer.json()
    }

    #[track_caller]
    fn assert_silent(&self, people: &[&Actor]) {
        let kept = kept_secrets(&mut self.service.database());
        for answer in &self.answers {
            let text = format!("{:?} {}", answer.headers, answer.text());
            for word in ["$2a$", "$2b$", "$2y$", "v1$", "canary"] {
                assert!(!text.contains(word), "{word}: {answer}");
            }
            for secret in &kept {
                assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{answer}");
            }
            for person in people {
                assert!(!text.contains(&person.token), "{answer}");
                assert!(!text.contains(person.refresh_token.as_deref().unwrap()), "{answer}");
            }
        }
    }
}

fn story() -> Story {
    let service = Service::options().with("ROSTER_INTERCOM_SECRET", "canary-intercom-secret").start();
    Story { service, answers: Vec::new() }
}

#[test]
fn a_person_has_the_members_of_a_user_wherever_they_are_shown() {
    let mut story = story();
    let administrator = story.service.administrator();
    let user = story.service.user_made_by(&administrator, "tech");
    let reader = story.service.user_made_by(&administrator, "com");
    let own = format!("/users/{}", user.id);
    let phone = json!({ "phoneNumber": "+41446681800", "region": "CH" });
    story.ask(&user, "PATCH", "/user/phone_number", phone);
    let person = json!({
        "firstName": "New", "lastName": "Person", "email": "new@example.com",
        "plainPassword": "canary-new-person", "roles": ["tech"],
    });
    for by in [&administrator, &user, &reader] {
        let shown = story.ask(by, "GET", &own, Body::Empty);
        has_exactly(&shown, USER);
        let me = story.ask(by, "GET", "/users/me", Body::Empty);
        has_exactly(&me, USER);
        let page = story.ask(by, "GET", "/users", Body::Empty);
        has_exactly(&page, "results page limit pageCount total nextCursor");
        for person in page["results"].as_array().unwrap() {
            has_exactly(person, USER);
        }
    }
    has_exactly(&story.ask(&user, "GET", &own, Body::Empty)["phoneNumber"], PHONE_NUMBER);
    has_exactly(&story.ask(&administrator, "POST", "/users", person), USER);
    has_exactly(&story.ask(&administrator, "PUT", &own, json!({ "description": "x" })), USER);
    has_exactly(&story.ask(&user, "PATCH", &own, json!({ "description": "y" })), USER);
    let set = json!({ "newPassword": "canary-set-by-another" });
    has_exactly(&story.ask(&administrator, "PUT", &format!("{own}/password"), set), "changed");
    has_exactly(&story.ask(&administrator, "DELETE", &format!("{own}/sessions"), Body::Empty), "ended");
    has_exactly(&story.ask(&administrator, "DELETE", &own, Body::Empty), "deleted");
    story.assert_silent(&[&administrator, &user, &reader]);
}

#[test]
fn the_account_has_the_members_of_an_account() {
    let mut story = story();
    let user = story.service.user("tech");
    let change = json!({ "firstName": "New", "lastName": "Name", "jobTitle": null });
    has_exactly(&story.ask(&user, "PATCH", "/user", change), "status message");
    let image = Body::Form(Form::image(Picture::png(16, 16)));
    let picture = story.ask(&user, "PATCH", "/user/picture", image);
    has_exactly(&picture, "status message data");
    has_exactly(&picture["data"], "picture");
    let phone = json!({ "phoneNumber": "+41446681800", "region": "CH" });
    has_exactly(&story.ask(&user, "PATCH", "/user/phone_number", phone), "status message");
    let account = story.ask(&user, "GET", "/user", Body::Empty);
    has_exactly(&account, "status data");
    has_exactly(&account["data"], ACCOUNT);
    has_exactly(&account["data"]["phoneNumber"], PHONE_NUMBER);
    assert!(account["data"]["intercomHash"].is_string(), "{account}");
    let sessions = story.ask(&user, "GET", "/user/sessions", Body::Empty);
    has_exactly(&sessions, "status data");
    has_exactly(&sessions["data"][0], "id clientId createdAt lastUsedAt lastIp userAgent current");
    for part in ["/user/picture", "/user/phone_number"] {
        has_exactly(&story.ask(&user, "DELETE", part, Body::Empty), "status message");
    }
    let password = json!({ "oldPassword": user.password, "newPassword": "canary-another-password" });
    has_exactly(&story.ask(&user, "PUT", "/user/password", password), "status message");
    let session = format!("/user/sessions/{}", sessions["data"][0]["id"].as_str().unwrap());
    has_exactly(&story.ask(&user, "DELETE", &session, Body::Empty), "status message");
    story.assert_silent(&[&user]);
}

#[test]
fn the_hash_for_intercom_is_in_the_own_account_alone() {
    let service = Service::options().with("ROSTER_INTERCOM_SECRET", "canary-intercom-secret").start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let account = user.get("/user").expect(200);
    let hash = account["data"]["intercomHash"].as_str().unwrap();
    let own = format!("/users/{}", user.id);
    for (by, path) in [(&user, "/users/me"), (&user, own.as_str()), (&administrator, &own), (&user, "/users")]
    {
        assert!(!by.get(path).text().contains(hash), "{path}");
    }
    assert!(!administrator.get("/user").text().contains(hash));
}

#[test]
fn access_has_the_members_of_access_wherever_it_is_shown() {
    let mut story = story();
    let administrator = story.service.administrator();
    let user = story.service.user_made_by(&administrator, "tech");
    let body = json!({ "actions": ["doors:open"], "userId": user.id });
    let given = story.ask(&administrator, "POST", &format!("{FACILITY}/give_access"), body.clone());
    has_exactly(&given, "status message data");
    has_exactly(&given["data"], ACCESS);
    has_exactly(&given["data"]["grantedBy"], "type id");
    for path in [format!("{FACILITY}/access"), format!("/users/{}/facilities", user.id)] {
        let page = story.ask(&administrator, "GET", &path, Body::Empty);
        has_exactly(&page, "results nextCursor");
        has_exactly(&page["results"][0], ACCESS);
    }
    let grants = story.ask(&user, "GET", "/user/facilities", Body::Empty);
    has_exactly(&grants, "status data");
    has_exactly(&grants["data"][0], "facilityId actions expiresAt grantedAt");
    let removed = story.ask(&administrator, "POST", &format!("{FACILITY}/remove_access"), body);
    has_exactly(&removed, "status message data");
    has_exactly(&removed["data"], ACCESS);
    story.assert_silent(&[&administrator, &user]);
}

#[test]
fn what_is_told_of_a_token_names_it_and_does_not_repeat_it() {
    let service = Service::start();
    let backend = service.register_client("backend", &[]);
    let user = service.sign_in_through(&backend, &service.user("tech"));
    let ask = |token: &str| service.post_form_as(&backend, "/oauth/introspect", &[("token", token)]);
    let of_access = ask(&user.token);
    has_exactly(&of_access.expect(200), "active scope client_id token_type sub sid exp iat jti iss aud");
    let refresh_token = user.refresh_token.as_deref().unwrap();
    let of_refresh = ask(refresh_token);
    has_exactly(&of_refresh.expect(200), "active scope client_id sub sid exp iss");
    let signature = user.token.rsplit('.').next().unwrap();
    for answer in [&of_access, &of_refresh] {
        let text = answer.text();
        assert!(
            ![signature, refresh_token, &user.email].iter().any(|secret| text.contains(secret)),
            "{text}"
        );
    }
}
