//! The doors for gateways on the real binary: policies of the settings file, read anew by a signal, and told by a command.

use roster_tests::{Actor, Answer, Body, Roster, Service, eventually};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use tempfile::TempDir;

use crate::commands::complains;

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

const POLICY: &str = r#"
[[policy.cameras]]
methods = ["GET", "HEAD"]
path = "/facilities/{facility}/cameras/**"
require = { action = "cameras:read", facility = "{facility}" }

[[policy.cameras]]
path = "/open"
require = "anyone"

[[policy.cameras]]
path = "/board/**"
require = { role = ["hr", "board"] }
"#;

fn settings(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

fn ask(by: &Actor, method: &str, target: &str) -> Answer {
    let told = [("x-forwarded-method", method), ("x-forwarded-uri", target)];
    by.send("GET", "/authorize/forward/cameras", &told, &Body::Empty)
}

fn cameras() -> String {
    format!("/facilities/{FACILITY}/cameras/7")
}

#[test]
fn an_action_is_decided_by_what_holds_now() {
    let (_folder, file) = settings(POLICY);
    let service = Service::options().configured_by(&file).start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    ask(&user, "GET", &cameras()).expect_problem(403, "denied_by_policy");
    administrator.give(&user.id, FACILITY, &["cameras:read"]);
    let allowed = ask(&user, "GET", &cameras());
    assert_eq!(
        (allowed.expect_status(200).body.len(), allowed.header("x-roster-user-id")),
        (0, Some(user.id.as_str()))
    );
    ask(&user, "POST", &cameras()).expect_problem(403, "denied_by_policy");
    administrator.remove(&user.id, FACILITY, &["cameras:read"]);
    ask(&user, "GET", &cameras()).expect_problem(403, "denied_by_policy");
    ask(&administrator, "DELETE", "/board").expect_status(200);
    ask(&user, "DELETE", "/board").expect_problem(403, "denied_by_policy");
}

#[test]
fn every_door_opens_alike() {
    let (_folder, file) = settings(POLICY);
    let service = Service::options().configured_by(&file).start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    administrator.give(&user.id, FACILITY, &["cameras:read"]);
    let target = format!("{}?size=2", cameras());
    let original = [("x-original-method", "GET"), ("x-original-uri", target.as_str())];
    for (actor, status) in [(&user, 200), (&service.nobody(), 401), (&administrator, 403)] {
        let forward = ask(actor, "GET", &target);
        let nginx = actor.send("GET", "/authorize/nginx/cameras", &original, &Body::Empty);
        let envoy = actor.get(&format!("/authorize/envoy/cameras{target}"));
        for answer in [forward, nginx, envoy] {
            assert_eq!(answer.status, status, "{answer}");
            assert_eq!(answer.header("x-roster-email").is_some(), status == 200, "{answer}");
        }
    }
}

#[test]
fn faulty_policies_end_the_start_with_one_line_that_names_file_and_line() {
    let rule = |rest: &str| format!("[[policy.p]]\n{rest}\n");
    for (text, place) in [
        (rule("path = '/a'\nrequire = { role = 'boss' }"), "line 3"),
        (rule("path = '/a'\nrequire = { scope = 'all' }"), "line 3"),
        (rule("path = '/{f}'\nrequire = { action = 'A', facility = '{f}' }"), "line 3"),
        (rule("path = '/{g}'\nrequire = { action = 'a', facility = '{f}' }"), "line 3"),
        (rule("path = '/a'\nrequire = 'anyone'\nmethod = ['GET']"), "line 4"),
        (rule("path = '/a'\nrequire = 'anyone'") + &rule("path = '/a'\nrequire = 'authenticated'"), "line 4"),
    ] {
        let (_folder, file) = settings(&text);
        let data = tempfile::tempdir().unwrap();
        for command in [&["serve"][..], &["config", "check"]] {
            let arguments = command.iter().copied().chain(["--config", file.to_str().unwrap()]);
            let line = complains(&Roster::new(arguments).on(data.path()).run(), 2);
            assert!(
                line.contains("roster.toml") && line.contains(place) && line.contains("policy.p"),
                "{line}"
            );
        }
    }
}

/// Asks without a pause until told to stop, on as many connections as callers; answers how often.
fn load(user: &Actor, is_over: &AtomicBool, answered: &AtomicUsize) {
    while !is_over.load(Ordering::SeqCst) {
        ask(user, "GET", "/always").expect_status(200);
        answered.fetch_add(1, Ordering::SeqCst);
    }
}

fn rewrite(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
}

#[test]
fn policies_are_read_anew_by_a_signal_without_a_lost_request() {
    let always = "[[policy.cameras]]\npath = '/always'\nrequire = 'authenticated'\n";
    let new = "[[policy.cameras]]\npath = '/new'\nrequire = 'authenticated'\n";
    let (_folder, file) = settings(always);
    let service = Service::options().configured_by(&file).start();
    let user = service.user("tech");
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| load(&user, &is_over, &answered));
        }
        for round in 0..10 {
            let has_new = round % 2 == 0;
            rewrite(&file, &if has_new { format!("{always}{new}") } else { always.to_owned() });
            let before = answered.load(Ordering::SeqCst);
            service.signal("HUP");
            let expected = if has_new { 200 } else { 403 };
            eventually("the new policies", || (ask(&user, "GET", "/new").status == expected).then_some(()));
            eventually("load meanwhile", || (answered.load(Ordering::SeqCst) > before).then_some(()));
        }
        is_over.store(true, Ordering::SeqCst);
    });
    rewrite(&file, "[[policy.cameras]]\npath = '/always'\nrequire = 'nobody'\n");
    service.signal("HUP");
    eventually("a word about the faulty file", || {
        service.log().tells("kept the gateway policies: the settings file is faulty").then_some(())
    });
    let told = service.log().events();
    let told = told.iter().find(|event| event["level"] == "WARN" && event["error"].is_string()).unwrap();
    assert!(told["error"].as_str().unwrap().contains("line 3"), "{told}");
    ask(&user, "GET", "/always").expect_status(200);
    assert!(service.is_running());
}

fn verdict(run: &Roster, policy: &str) -> Value {
    let told = run.succeed().json();
    let results = told["results"].as_array().unwrap();
    results.iter().find(|result| result["policy"] == policy).unwrap().clone()
}

#[test]
fn a_command_tells_which_rule_decides_and_why() {
    let (_folder, file) = settings(POLICY);
    let file = file.to_str().unwrap().to_owned();
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let test = |method: &str, path: &str, more: &[&str]| {
        let arguments = ["policy", "test", &file, method, path, "--json"];
        let arguments: Vec<String> =
            arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect();
        verdict(&service.command(arguments), "cameras")
    };
    let rule = json!({
        "number": 1, "methods": ["GET", "HEAD"], "path": "/facilities/{facility}/cameras/**",
        "require": "the action cameras:read at {facility}",
    });
    let reason = "needs the action cameras:read at {facility}";
    let expected = json!({ "policy": "cameras", "rule": rule, "decision": "depends", "reason": reason });
    assert_eq!(test("GET", &cameras(), &[]), expected);
    let denied = test("GET", &cameras(), &["--user", &user.email]);
    assert_eq!((&denied["decision"], &denied["rule"]), (&json!("deny"), &rule));
    assert_eq!(denied["reason"], "no grant names the action");
    administrator.give(&user.id, FACILITY, &["cameras:read"]);
    assert_eq!(test("GET", &cameras(), &["--user", &user.id])["decision"], "allow");
    assert_eq!(test("POST", &cameras(), &["--user", &user.id])["rule"], Value::Null);
    assert_eq!(test("PUT", "/open?x", &[])["decision"], "allow");
    let tricky = test("GET", "/open/../board", &["--user", &administrator.id]);
    assert_eq!((&tricky["decision"], &tricky["rule"]), (&json!("deny"), &Value::Null));
    assert!(tricky["reason"].as_str().unwrap().contains("dot segment"), "{tricky}");

    let line =
        service.command(["policy", "test", &file, "GET", "/open", "--policy", "cameras"]).succeed().stdout;
    assert_eq!(line, "cameras: allow, by rule 2 (any method of /open: anyone): anyone may pass\n");
    complains(&service.command(["policy", "test", &file, "G T", "/open"]).run(), 2);
    complains(&service.command(["policy", "test", &file, "GET", "/", "--policy", "other"]).run(), 2);
    complains(
        &service.command(["policy", "test", &file, "GET", "/", "--user", "nobody@example.org"]).run(),
        1,
    );
}
