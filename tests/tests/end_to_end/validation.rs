//! Bodies: read strictly, judged whole, and in a fixed order.

use roster_tests::{Actor, Body, Service};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn faults(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut faults: Vec<_> =
        list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect();
    faults.sort();
    faults
}

fn raw(by: &Actor, body: impl Into<Vec<u8>>) -> roster_tests::Answer {
    by.send("POST", "/users", &[], &Body::Bytes("application/json", body.into()))
}

#[test]
fn all_faults_are_told_at_once() {
    let service = Service::start();
    let administrator = service.administrator();
    let missing =
        ["/firstName", "/lastName", "/email", "/plainPassword", "/roles"].map(|place| (place, "required"));
    assert_eq!(administrator.post("/users", json!({})).expect_faults(), faults(&missing));
    let body = json!({
        "firstName": "   ", "lastName": "x".repeat(101), "email": "nobody", "plainPassword": "short",
        "roles": ["tech", "admin", "HR"], "fallbackEmail": " a@example.com", "description": "x".repeat(2001),
        "jobTitle": "x".repeat(101), "locale": "not a tag", "groupId": "1", "activeWorkspace": "",
    });
    let expected = [
        ("/firstName", "empty"),
        ("/lastName", "too_long"),
        ("/email", "invalid_email"),
        ("/plainPassword", "too_short"),
        ("/roles/1", "unknown_role"),
        ("/roles/2", "unknown_role"),
        ("/fallbackEmail", "invalid_email"),
        ("/description", "too_long"),
        ("/jobTitle", "too_long"),
        ("/locale", "invalid_language_tag"),
        ("/groupId", "invalid_uuid"),
        ("/activeWorkspace", "invalid_uuid"),
    ];
    assert_eq!(administrator.post("/users", body).expect_faults(), faults(&expected));
    assert_eq!(administrator.get("/users").expect(200)["total"], 1);
}

#[test]
fn a_fault_never_repeats_the_value() {
    let service = Service::start();
    let bystander = service.bystander();
    let body = json!({
        "firstName": "canary\u{7}", "lastName": "L", "email": "canary@", "plainPassword": "canary", "roles": ["canary"],
        "locale": "canary canary",
    });
    let administrator = service.administrator();
    let answer = administrator.post("/users", body);
    answer.expect_faults();
    assert!(!answer.text().contains("canary"), "{answer}");
    let answer = raw(&administrator, r#"{"plainPassword": 7, "firstName": "canary" "#);
    assert!(!answer.text().contains("canary"), "{answer}");
    assert!(!raw(&administrator, r#"{"roles": "canary"}"#).text().contains("canary"));
    service.assert_unharmed(&bystander);
}

#[test]
fn bodies_are_read_strictly() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let very_deep = "[".repeat(60_000);
    let mut many = String::from("{");
    (0..3_000).for_each(|n| write!(many, "\"k{n}\":1,").unwrap());
    many.push_str("\"z\":1}");
    let bodies = [
        "",
        " ",
        "{",
        "null",
        "[]",
        "\"text\"",
        "{}x",
        "{} {}",
        "{\"firstName\":\"a\",}",
        "{'firstName':'a'}",
        "{\"firstName\":1}",
        "{\"firstName\":[\"a\"]}",
        "{\"roles\":\"tech\"}",
        "{\"roles\":[1]}",
        "{\"roles\":{}}",
        "{\"unknown\":1}",
        "{\"FirstName\":\"a\"}",
        "{\"firstName\":\"a\",\"firstName\":\"a\"}",
        "{\"roles\":[\"tech\"],\"roles\":[\"board\"]}",
        "{\"firstName\":1e400}",
        "\u{feff}{}",
        "{\"firstName\":\"\\ud800\"}",
        "{\"firstName\":\"a\nb\"}",
        "// c\n{}",
        deep.as_str(),
        very_deep.as_str(),
        many.as_str(),
        "NaN",
        "{\"firstName\":NaN}",
    ];
    for body in bodies {
        let answer = raw(&administrator, body);
        answer.expect_problem(400, "malformed_request");
    }
    let nested = format!("{{\"firstName\":{deep}}}");
    raw(&administrator, nested).expect_problem(400, "malformed_request");
    raw(&administrator, b"{\"firstName\":\"\xff\"}".to_vec()).expect_problem(400, "malformed_request");
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    raw(&administrator, utf16).expect_problem(400, "malformed_request");
    raw(&administrator, "\t{ }\r\n").expect_problem(422, "validation_failed");
    service.assert_unharmed(&bystander);
}

#[test]
fn bodies_have_one_type_one_encoding_and_a_size() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    let send = |headers: &[(&str, &str)], bytes: &[u8]| {
        administrator.send("POST", "/users", headers, &Body::Bytes("application/json", bytes.to_vec()))
    };
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "",
        "application/json; charset=utf-16",
        "application/merge-patch+json",
    ] {
        send(&[("content-type", content_type)], b"{}").expect_problem(415, "unsupported_media_type");
    }
    for content_type in [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
    ] {
        send(&[("content-type", content_type)], b"{}").expect_problem(422, "validation_failed");
    }
    for encoding in ["gzip", "identity", "br", "x"] {
        send(&[("content-encoding", encoding)], b"{}").expect_problem(415, "unsupported_media_type");
    }
    let mut largest = b"{}".to_vec();
    largest.resize(64 * 1024, b' ');
    send(&[], &largest).expect_problem(422, "validation_failed");
    largest.push(b' ');
    send(&[], &largest).expect_problem(413, "too_large");
    send(&[("content-type", "text/plain")], &largest).expect_problem(413, "too_large");
    service.assert_unharmed(&bystander);
}

#[test]
fn no_text_but_a_password_may_contain_nul() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    let body = json!({
        "firstName": "a\u{0}", "lastName": "b\u{0}b", "email": "a\u{0}@example.com", "description": "\u{0}",
        "jobTitle": "a\u{0}", "plainPassword": "canary-with-a-\u{0}-in-it", "roles": ["tech"],
    });
    let answer = administrator.post("/users", body);
    let places: Vec<String> = answer.expect_faults().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/description", "/email", "/firstName", "/jobTitle", "/lastName"]);
    administrator.get("/users?search=a%00b").expect_problem(400, "malformed_request");
    service.assert_unharmed(&bystander);
}

#[test]
fn addresses_have_one_form() {
    let service = Service::start();
    let administrator = service.administrator();
    let create = |email: &str| {
        let body = json!({
            "firstName": "A", "lastName": "B", "email": email, "plainPassword": "canary-mailbox-password", "roles": ["tech"],
        });
        administrator.post("/users", body)
    };
    for email in [
        " a@example.com",
        "a@example.com ",
        "a b@example.com",
        "\"a b\"@example.com",
        "é@example.com",
        "a@b@example.com",
        "a@",
        "@example.com",
        "a",
        "a@example..com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a\u{ff20}example.com",
        "a@-example.com",
        "a@exam_ple.com",
        "a@example.com\n",
        "a@[127.0.0.1]",
    ] {
        assert_eq!(create(email).expect_faults(), faults(&[("/email", "invalid_email")]), "{email:?}");
    }
    let domain = |labels: usize| "b.".repeat(labels) + "example";
    let longest = format!("{}@{}", "a".repeat(61), domain(92));
    assert_eq!(longest.len(), 253);
    let too_long = create(&format!("aa{longest}")).expect_faults();
    assert_eq!(too_long.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>(), ["/email"]);
    for email in [
        longest.as_str(),
        "a+b@example.com",
        "o'neil@example.com",
        "a@bücher.example",
        "A.B-C_d@sub.example.com",
    ] {
        assert_eq!(create(email).expect(201)["email"], email);
    }
}

#[test]
fn names_are_trimmed_composed_and_bounded() {
    let service = Service::start();
    let administrator = service.administrator();
    let own = format!("/users/{}", administrator.id);
    let rename = |name: &str| administrator.patch(&own, json!({ "firstName": name }));
    assert_eq!(rename("  Zoe\u{308} ").expect(200)["firstName"], "Zo\u{eb}");
    assert_eq!(rename(&"\u{1F600}".repeat(100)).expect(200)["firstName"], "\u{1F600}".repeat(100));
    for (name, code) in [
        ("", "empty"),
        (" \u{a0} ", "empty"),
        ("a\tb", "control_character"),
        ("a\u{85}b", "control_character"),
    ] {
        assert_eq!(rename(name).expect_faults(), faults(&[("/firstName", code)]), "{name:?}");
    }
    assert_eq!(rename(&"x".repeat(101)).expect_faults(), faults(&[("/firstName", "too_long")]));
}

/// Spoils a request in every way; the checks are told in their order, so each repair uncovers the next.
#[test]
fn checks_come_in_their_order() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let unscoped = service.sign_in_without(&administrator, &["users:modify", "profile:modify"]);
    let unknown = "/users/ae34bc53-660c-4d7b-94df-393baed04f32";
    let bad_query = format!("{unknown}?nonsense");
    let large = Body::Bytes("text/plain", vec![b'x'; 70_000]);
    let text = Body::Bytes("text/plain", b"x".to_vec());
    let broken = Body::Bytes("application/json", b"{".to_vec());
    let invalid = Body::from(json!({ "firstName": "" }));
    let fine = Body::from(json!({ "firstName": "A" }));
    let nobody = service.nobody();
    nobody.send("PATCH", "/nowhere?nonsense", &[], &large).expect_problem(404, "not_found");
    nobody.send("PROPFIND", &bad_query, &[], &large).expect_problem(405, "method_not_allowed");
    nobody.send("PATCH", &bad_query, &[], &large).expect_problem(401, "missing_token");
    unscoped.send("PATCH", &bad_query, &[], &large).expect_problem(403, "insufficient_scope");
    user.send("PATCH", &bad_query, &[], &large).expect_problem(403, "insufficient_role");
    administrator.send("PATCH", &bad_query, &[], &large).expect_problem(400, "malformed_request");
    administrator.send("PATCH", unknown, &[], &large).expect_problem(413, "too_large");
    administrator.send("PATCH", unknown, &[], &text).expect_problem(415, "unsupported_media_type");
    administrator.send("PATCH", unknown, &[], &broken).expect_problem(400, "malformed_request");
    administrator.send("PATCH", unknown, &[], &invalid).expect_problem(422, "validation_failed");
    administrator.send("PATCH", unknown, &[("if-match", "\"9-x\"")], &fine).expect_problem(404, "not_found");
    let (own, stale) = (format!("/users/{}", user.id), [("if-match", "\"99-x\"")]);
    let taken = Body::from(json!({ "email": administrator.email }));
    administrator.send("PATCH", &own, &stale, &taken).expect_problem(412, "version_mismatch");
    administrator.send("PATCH", &own, &[], &taken).expect_problem(409, "email_already_used");
    // What only the body shows comes after the body's form and before its values.
    user.send("PATCH", &own, &[], &Body::from(json!({ "roles": ["x"] })))
        .expect_problem(403, "insufficient_role");
    user.send("PATCH", &own, &[], &Body::from(json!({ "roles": 1 })))
        .expect_problem(400, "malformed_request");
}

#[test]
fn optional_values_that_are_not_set_are_null_and_never_absent() {
    let service = Service::start();
    let administrator = service.administrator();
    let users = administrator.get("/users").expect(200)["results"].clone();
    let user = users[0].as_object().unwrap();
    assert_eq!(user.len(), 25, "{user:?}");
    assert_eq!(user["description"], Value::Null);
}
