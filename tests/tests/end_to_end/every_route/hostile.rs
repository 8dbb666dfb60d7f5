//! What is sent to do harm does none: text that is SQL elsewhere is text, and bodies that are made to be slow are refused at once.

use roster_tests::{Body, assert_in_time, at_once};
use serde_json::json;
use std::time::{Duration, Instant};

use super::bodies::json_rows;
use super::{Stage, name, routes_with};

const SQL: [&str; 6] = [
    "' OR '1'='1",
    "\" OR 1=1 --",
    "'; DROP TABLE users; --",
    "1) UNION SELECT hash FROM credentials --",
    "' AND 1=randomblob(1000000000) --",
    "\\' /*",
];

const PARAMETERS: [&str; 7] = ["search", "email", "ids", "cursor", "limit", "page", "action"];

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn sql_in_a_query_or_a_path_is_plain_text() {
    let stage = Stage::new();
    let before = stage.service.database().contents();
    for route in routes_with(&["GET"]) {
        let plain = stage.administrator.get(&stage.path(route.path)).status;
        for text in SQL {
            let queries = PARAMETERS
                .iter()
                .map(|parameter| format!("{}?{parameter}={}", stage.path(route.path), escaped(text)));
            let segment = escaped(text).replace('+', "%20");
            let path = route.path.split('{').next().filter(|start| *start != route.path);
            let all = queries.chain(path.map(|start| format!("{start}{segment}")));
            for path in all {
                let answer = stage.administrator.get(&path);
                let is_refused_or_plain = [400, 404].contains(&answer.status) || answer.status == plain;
                assert!(is_refused_or_plain, "{} {path}: {answer}", name(route));
                let told = answer.text().to_lowercase();
                assert!(!told.contains("sqlite") && !told.contains("syntax"), "{path}: {answer}");
            }
        }
    }
    // Whoever looks for somebody finds nobody by it.
    for text in SQL {
        let found = stage.administrator.get(&format!("/users?search={}", escaped(text))).expect(200);
        assert_eq!(found["total"], 0, "{text}: {found}");
    }
    // A session is made where the path needs another one.
    let changed = stage.service.database().contents();
    let changed = changed.changed_since(&before);
    assert!(!changed.contains(&"users") && !changed.contains(&"credentials"), "{changed:?}");
}

#[test]
fn sql_in_a_text_is_kept_as_it_is() {
    let stage = Stage::new();
    let path = format!("/users/{}", stage.person.id);
    for text in SQL {
        let changed = stage.administrator.patch(&path, json!({ "description": text })).expect(200);
        assert_eq!(changed["description"], text);
        assert_eq!(stage.administrator.get(&path).expect(200)["description"], text);
        let fields =
            [("grant_type", "password"), ("username", text), ("password", text), ("client_id", text)];
        assert!([400, 401].contains(&stage.service.post_form("/oauth/token", &fields).status), "{text}");
    }
    stage.service.database().assert_sound();
}

/// Bodies of nearly the largest size that take long where a parser is careless.
fn slow_bodies() -> Vec<String> {
    const SIZE: usize = 60_000;
    let members = |one: &dyn Fn(usize) -> String| {
        format!("{{{}}}", (0..SIZE / 12).map(one).collect::<Vec<_>>().join(","))
    };
    vec![
        "[".repeat(SIZE),
        "{\"a\":".repeat(SIZE / 5),
        members(&|n| format!("\"m{n:04}\":{n:04}")),
        members(&|_| "\"roles\":[]".to_owned()),
        format!("{{\"firstName\":{}}}", "9".repeat(SIZE)),
        format!("{{\"firstName\":1e{}}}", "9".repeat(SIZE)),
        format!("{{\"firstName\":\"{}\"}}", "\\u00e9".repeat(SIZE / 6)),
        format!("{{\"firstName\":\"{}\"}}", "e\u{301}".repeat(SIZE / 3)),
        format!("{{\"actions\":[{}\"a\"]}}", "\"a\",".repeat(SIZE / 4)),
    ]
}

#[test]
fn bodies_that_are_made_to_be_slow_are_refused_at_once_and_take_little() {
    let stage = Stage::new();
    let bystander = stage.service.bystander();
    let bodies = slow_bodies();
    let before = stage.service.memory().resident;
    let mut slowest = Duration::ZERO;
    for row in json_rows() {
        let (method, path) = row.call.split_once(' ').unwrap();
        let path = stage.path(path);
        for body in &bodies {
            let body = Body::Bytes("application/json", body.clone().into_bytes());
            let send = |_| {
                let start = Instant::now();
                let answer = stage.administrator.send(method, &path, &[], &body);
                assert!([400, 413, 422].contains(&answer.status), "{}: {answer}", row.call);
                start.elapsed()
            };
            slowest = slowest.max(at_once(8, send).into_iter().max().unwrap());
        }
    }
    assert_in_time(Duration::from_millis(500), slowest);
    let most = stage.service.memory().most;
    stage.service.report_attack(&format!("bodies made to be slow, eight at once, the slowest {slowest:.1?}"));
    assert!(most < before + (16 << 20), "{} KiB more", (most - before) / 1024);
    stage.service.assert_unharmed(&bystander);
}
