//! `/user`: the account of the caller.

use roster_tests::{Body, Service};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where each member stands in a JSON text.
fn positions(text: &str, members: &[&str]) -> Vec<usize> {
    members
        .iter()
        .map(|member| text.find(&format!("\"{member}\":")).unwrap_or_else(|| panic!("no {member}")))
        .collect()
}

#[test]
fn the_account_has_its_members_in_the_published_order() {
    let service = Service::start();
    let answer = service.administrator().get("/user");
    let members = [
        "id",
        "email",
        "firstName",
        "lastName",
        "fullName",
        "emailVerified",
        "roles",
        "activeWorkspace",
        "picture",
        "isSso",
        "connection",
        "groupId",
        "phoneNumber",
        "jobTitle",
        "intercomHash",
    ];
    let account = answer.expect(200);
    assert_eq!(account["data"].as_object().unwrap().len(), members.len(), "{account}");
    assert!(positions(&answer.text(), &members).is_sorted(), "{}", answer.text());
}

#[test]
fn what_is_not_set_is_null() {
    let service = Service::start();
    let user = service.user("tech");
    let account = user.get("/user").expect(200);
    assert_eq!(account["status"], "ok");
    let last_name = account["data"]["lastName"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": user.id, "email": user.email, "firstName": "Robin", "lastName": last_name,
        "fullName": format!("Robin {last_name}"), "emailVerified": false, "roles": ["tech"], "activeWorkspace": null,
        "picture": null, "isSso": false, "connection": "password", "groupId": null, "phoneNumber": null,
        "jobTitle": null, "intercomHash": null,
    });
    assert_eq!(account["data"], expected);
}

#[test]
fn names_and_job_title_change_together() {
    let service = Service::start();
    let user = service.user("tech");
    let answer =
        user.patch("/user", json!({ "firstName": " Zoë ", "lastName": "Ng", "jobTitle": "Engineer" }));
    assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "User updated" }));
    let account = user.get("/user").expect(200)["data"].clone();
    assert_eq!(account["fullName"], "Zoë Ng");
    assert_eq!(account["jobTitle"], "Engineer");
    user.patch("/user", json!({ "firstName": "Zoë", "lastName": "Ng", "jobTitle": null })).expect(200);
    assert_eq!(user.get("/user").expect(200)["data"]["jobTitle"], Value::Null);
}

#[test]
fn a_change_of_names_needs_all_three() {
    let service = Service::start();
    let user = service.user("tech");
    let required = |pointer: &str| (pointer.to_owned(), "required".to_owned());
    let all = [required("/firstName"), required("/jobTitle"), required("/lastName")];
    assert_eq!(user.patch("/user", json!({})).expect_faults(), all);
    let nulls = json!({ "firstName": null, "lastName": null, "jobTitle": "Engineer" });
    assert_eq!(user.patch("/user", nulls).expect_faults(), [required("/firstName"), required("/lastName")]);
}

#[test]
fn a_phone_number_is_read_as_its_region_writes_it() {
    let service = Service::start();
    let user = service.user("tech");
    let phone = |number: &str, region: &str| json!({ "phoneNumber": number, "region": region });
    let answer = user.patch("/user/phone_number", phone("0555 444 33 22", "TR"));
    assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "Phone number updated" }));
    let expected = json!({
        "countryCode": 90, "e164Format": "+905554443322", "nationalNumber": 5_554_443_322_u64, "region": "TR",
    });
    assert_eq!(user.get("/user").expect(200)["data"]["phoneNumber"], expected);
    // An international number keeps the region that is its own.
    user.patch("/user/phone_number", phone("+41 44 668 18 00", "TR")).expect(200);
    assert_eq!(user.get("/user").expect(200)["data"]["phoneNumber"]["region"], "CH");
    let answer = user.delete("/user/phone_number");
    assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "Phone number removed" }));
    assert_eq!(user.get("/user").expect(200)["data"]["phoneNumber"], Value::Null);
}

#[test]
fn a_number_that_nobody_can_have_is_refused() {
    let service = Service::start();
    let user = service.user("tech");
    for (number, region, pointer, code) in [
        ("12", "TR", "/phoneNumber", "invalid_phone_number"),
        ("+1555", "US", "/phoneNumber", "invalid_phone_number"),
        ("call me", "TR", "/phoneNumber", "invalid_phone_number"),
        ("0555 444 33 22", "ZZ", "/region", "invalid_region"),
        ("0555 444 33 22", "Turkey", "/region", "invalid_region"),
    ] {
        let answer = user.patch("/user/phone_number", json!({ "phoneNumber": number, "region": region }));
        assert_eq!(answer.expect_faults(), [(pointer.to_owned(), code.to_owned())], "{number} {region}");
    }
}

#[test]
fn own_grants_are_listed_by_facility() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let (first, second) = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222");
    administrator.give(&user.id, second, &["doors:open"]);
    administrator.give(&user.id, first, &["cameras:read", "alarms:read"]);
    let answer = user.get("/user/facilities").expect(200);
    assert_eq!(answer["status"], "ok");
    let grants = answer["data"].as_array().unwrap();
    assert_eq!(
        grants.iter().map(|grant| grant["facilityId"].as_str().unwrap()).collect::<Vec<_>>(),
        [first, second]
    );
    assert_eq!(grants[0]["actions"], json!(["alarms:read", "cameras:read"]));
    assert_eq!(grants[0]["expiresAt"], Value::Null);
    assert!(grants[0]["grantedAt"].is_string());
    assert_eq!(grants[0].as_object().unwrap().len(), 4, "{}", grants[0]);
}

#[test]
fn the_intercom_hash_is_the_hmac_of_the_id() {
    let service = Service::options().with("ROSTER_INTERCOM_SECRET", "canary-intercom-secret").start();
    let administrator = service.administrator();
    let account = administrator.get("/user").expect(200);
    let expected = hmac_sha256_hex(b"canary-intercom-secret", administrator.id.as_bytes());
    assert_eq!(account["data"]["intercomHash"], expected);
}

#[test]
fn a_version_that_is_known_is_not_sent_again() {
    let service = Service::start();
    let user = service.user("tech");
    let tag = user.get("/user").header("etag").unwrap().to_owned();
    let unchanged = user.send("GET", "/user", &[("if-none-match", &tag)], &Body::Empty);
    assert_eq!(unchanged.expect_status(304).body, b"");
    assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
    user.patch("/user", json!({ "firstName": "New", "lastName": "Name", "jobTitle": null })).expect(200);
    user.send("GET", "/user", &[("if-none-match", &tag)], &Body::Empty).expect(200);
}

#[test]
fn a_change_of_an_old_version_is_refused() {
    let service = Service::start();
    let user = service.user("tech");
    let tag = user.get("/user").header("etag").unwrap().to_owned();
    let change = |name: &str| Body::from(json!({ "firstName": name, "lastName": "Name", "jobTitle": null }));
    let matching = [("if-match", tag.as_str())];
    user.send("PATCH", "/user", &matching, &change("First")).expect(200);
    user.send("PATCH", "/user", &matching, &change("Second")).expect_problem(412, "version_mismatch");
    user.send("DELETE", "/user/phone_number", &matching, &Body::Empty)
        .expect_problem(412, "version_mismatch");
    user.send("DELETE", "/user/picture", &matching, &Body::Empty).expect_problem(412, "version_mismatch");
    user.send("PATCH", "/user", &[("if-match", "*")], &change("Third")).expect(200);
    assert_eq!(user.get("/user").expect(200)["data"]["firstName"], "Third");
}

#[test]
fn a_change_that_changes_nothing_makes_no_version_and_no_event() {
    let service = Service::start();
    let user = service.user("tech");
    let body = json!({ "firstName": "Same", "lastName": "Same", "jobTitle": null });
    user.patch("/user", body.clone()).expect(200);
    let before = (user.get("/user").header("etag").unwrap().to_owned(), count_of_events(&service));
    user.patch("/user", body).expect(200);
    user.delete("/user/phone_number").expect(200);
    user.delete("/user/picture").expect(200);
    assert_eq!((user.get("/user").header("etag").unwrap().to_owned(), count_of_events(&service)), before);
}

fn count_of_events(service: &Service) -> i64 {
    service.database().count("SELECT count(*) AS value FROM events")
}

/// HMAC-SHA-256 as RFC 2104 writes it down, for a key of at most one block.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    hmac_sha256(key, message).iter().map(|byte| format!("{byte:02x}")).collect()
}
