//! Every body is read strictly, within its limits, and all of its faults are told at once.

use roster_tests::{Answer, Body};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use super::table::{Carries, Kind, Member, Need, ROWS, Row};
use super::{Stage, name, routes_with};

pub(super) fn json_rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| matches!(row.carries, Carries::Json(_)))
}

impl Stage {
    fn send(&self, row: &Row, headers: &[(&str, &str)], bytes: impl Into<Vec<u8>>) -> Answer {
        let (method, path) = row.call.split_once(' ').unwrap();
        let body = Body::Bytes("application/json", bytes.into());
        self.administrator.send(method, &self.path(path), headers, &body)
    }
}

#[test]
fn every_call_that_carries_something_has_a_row() {
    let served: BTreeSet<String> = routes_with(&["POST", "PUT", "PATCH"]).map(name).collect();
    let known: BTreeSet<String> = ROWS.iter().map(|row| row.call.to_owned()).collect();
    assert_eq!(served, known);
}

#[test]
fn what_is_no_json_object_is_malformed() {
    let stage = Stage::new();
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(33), "]".repeat(33));
    for row in json_rows() {
        for body in ["", "{", "null", "[]", "\"x\"", "{} x", "{}{}", "\u{feff}{}", "{\"x\":1e400}", &deep] {
            let answer = stage.send(row, &[], body);
            assert_eq!(answer.status, 400, "{} {body}: {answer}", row.call);
            answer.expect_problem(400, "malformed_request");
        }
    }
}

#[test]
fn unknown_and_repeated_members_and_wrong_types_are_malformed() {
    let stage = Stage::new();
    for row in json_rows() {
        let good = stage.good_body(row.call);
        let mut unknown = good.clone();
        unknown["isSuperuser"] = json!(true);
        stage.send(row, &[], unknown.to_string()).expect_problem(400, "malformed_request");
        for member in row.members() {
            let twice = format!("{{\"{0}\":null,\"{0}\":null}}", member.name);
            stage.send(row, &[], twice).expect_problem(400, "malformed_request");
            for wrong in wrong_types(member) {
                let mut body = good.clone();
                body[member.name] = wrong.clone();
                let answer = stage.send(row, &[], body.to_string());
                assert_eq!(answer.status, 400, "{} {} {wrong}: {answer}", row.call, member.name);
                answer.expect_problem(400, "malformed_request");
            }
        }
    }
}

fn wrong_types(member: &Member) -> Vec<Value> {
    match member.kind {
        Kind::Text | Kind::Password => vec![json!(1), json!(true), json!(["x"]), json!({})],
        Kind::Texts => vec![json!("x"), json!([1]), json!([["x"]]), json!({}), json!([null])],
        Kind::Flag => vec![json!("true"), json!(1), json!([]), json!({})],
    }
}

#[test]
fn bodies_have_a_size_a_type_and_no_encoding_in_that_order() {
    let stage = Stage::new();
    for row in json_rows() {
        let good = stage.good_body(row.call).to_string();
        let large = format!("{good}{}", " ".repeat(64 * 1024));
        let text = [("content-type", "text/plain")];
        stage.send(row, &[], large.clone()).expect_problem(413, "too_large");
        stage.send(row, &text, large).expect_problem(413, "too_large");
        stage.send(row, &text, "not even JSON").expect_problem(415, "unsupported_media_type");
        let encoded = [("content-encoding", "gzip")];
        stage.send(row, &encoded, good).expect_problem(415, "unsupported_media_type");
    }
}

#[test]
fn whatever_is_missing_is_told_at_once() {
    let stage = Stage::new();
    for row in json_rows() {
        let required: Vec<&Member> =
            row.members().iter().filter(|member| member.need == Need::Required).collect();
        let mut missing: Vec<(String, String)> =
            required.iter().map(|member| (format!("/{}", member.name), "required".to_owned())).collect();
        let mut absent = missing.clone();
        let present = row.members().iter().filter(|member| member.need == Need::Present);
        absent.extend(present.map(|member| (format!("/{}", member.name), "required".to_owned())));
        missing.sort();
        absent.sort();
        if absent.is_empty() {
            stage.send(row, &[], "{}").expect(200);
            continue;
        }
        assert_eq!(stage.send(row, &[], "{}").expect_faults(), absent, "{}", row.call);
        let mut null = stage.good_body(row.call);
        for member in &required {
            null[member.name] = Value::Null;
        }
        assert_eq!(stage.send(row, &[], null.to_string()).expect_faults(), missing, "{}", row.call);
    }
}

#[test]
fn nul_is_in_no_text_but_a_password() {
    let stage = Stage::new();
    for row in json_rows() {
        for member in row.members().iter().filter(|member| matches!(member.kind, Kind::Text | Kind::Texts)) {
            let mut body = stage.good_body(row.call);
            let (nul, at) = match member.kind {
                Kind::Texts => (json!(["a\u{0}"]), format!("/{}/0", member.name)),
                _ => (json!("a\u{0}"), format!("/{}", member.name)),
            };
            body[member.name] = nul;
            let faults = stage.send(row, &[], body.to_string()).expect_faults();
            assert!(faults.iter().any(|(place, _)| *place == at), "{} {}: {faults:?}", row.call, member.name);
        }
    }
}

#[test]
fn parameters_and_pictures_have_their_own_types_and_sizes() {
    let stage = Stage::new();
    for row in ROWS.iter().filter(|row| matches!(row.carries, Carries::Picture | Carries::Parameters)) {
        let (most, is_oauth) = match row.carries {
            Carries::Picture => (6 << 20, false),
            _ => (64 * 1024 + 1, true),
        };
        let refused = |answer: &Answer, status: u16, code: &str| {
            if is_oauth {
                assert_eq!(answer.expect(status)["error"], "invalid_request", "{answer}");
            } else {
                answer.expect_problem(status, code);
            }
        };
        let wrong = stage.send(row, &[("content-type", "text/plain")], "x");
        refused(&wrong, 415, "unsupported_media_type");
        let form = [(
            "content-type",
            if is_oauth { "application/x-www-form-urlencoded" } else { "multipart/form-data; boundary=x" },
        )];
        refused(&stage.send(row, &form, vec![b'a'; most]), 413, "too_large");
    }
}
