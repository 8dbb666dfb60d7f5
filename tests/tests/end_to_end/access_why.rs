//! `roster access why`: a decision and what it rests on.

use roster_tests::{Actor, Service, eventually};
use serde_json::{Value, json};

use crate::commands::complains;

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

fn why(service: &Service, user: &str, action: &str, more: &[&str]) -> String {
    let arguments = ["access", "why", "--user", user, "--facility", FACILITY, "--action", action];
    service.command(arguments.into_iter().chain(more.iter().copied())).succeed().stdout
}

fn why_json(service: &Service, user: &str, action: &str, more: &[&str]) -> Value {
    let all: Vec<&str> = more.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&why(service, user, action, &all)).unwrap()
}

fn decision(service: &Service, user: &Actor, action: &str, more: &[&str]) -> (Value, Value) {
    let told = why_json(service, &user.id, action, more);
    (told["decision"].clone(), told["reasons"].clone())
}

#[test]
fn a_permit_names_the_grant_it_rests_on() {
    let service = Service::start();
    let administrator = service.administrator();
    let ada = service.user_made_by(&administrator, "tech");
    let given = administrator.give(&ada.id, FACILITY, &["doors:open", "cameras:read"]);
    for named in [ada.id.clone(), ada.email.clone(), ada.email.to_uppercase()] {
        let told = why_json(&service, &named, "doors:open", &[]);
        let expected = json!({
            "decision": true, "reasons": [], "user": { "id": ada.id, "email": ada.email }, "facility": FACILITY,
            "action": "doors:open", "at": told["at"], "disabled": false,
            "grant": {
                "actions": ["cameras:read", "doors:open"], "expires_at": null,
                "granted_by": { "type": "user", "id": administrator.id }, "granted_at": given["grantedAt"],
            },
        });
        assert_eq!(told, expected);
    }
    let text = why(&service, &ada.email, "doors:open", &[]);
    for part in
        ["allowed", &ada.email, &administrator.id, given["grantedAt"].as_str().unwrap(), "without end"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_denial_tells_what_is_missing() {
    let service = Service::start();
    let administrator = service.administrator();
    let ada = service.user_made_by(&administrator, "tech");
    let no = |reason: &str| (json!(false), json!([reason]));
    assert_eq!(decision(&service, &ada, "a", &[]), no("no_grant"));
    assert!(why(&service, &ada.id, "a", &[]).contains("no grant at this facility"));
    let expiry = service.database().time_in(2);
    let body = json!({ "userId": ada.id, "actions": ["a"], "expiresAt": expiry });
    administrator.post(&format!("/facilities/{FACILITY}/give_access"), body).expect(200);
    assert_eq!(decision(&service, &ada, "b", &[]), no("no_grant"));
    eventually("the end of the grant", || {
        (decision(&service, &ada, "a", &[]) == no("expired")).then_some(())
    });
    assert!(why(&service, &ada.id, "a", &[]).contains(&format!("until {expiry}, which was over")));
    administrator.patch(&format!("/users/{}", ada.id), json!({ "disabled": true })).expect(200);
    assert_eq!(decision(&service, &ada, "a", &[]), no("user_disabled"));
    administrator.delete(&format!("/users/{}", ada.id)).expect(200);
    let told = why_json(&service, &ada.id, "a", &[]);
    assert_eq!((&told["reasons"], &told["user"]), (&json!(["unknown_user"]), &Value::Null));
}

#[test]
fn the_past_is_explained_by_what_held_then() {
    let service = Service::start();
    let administrator = service.administrator();
    let ada = service.user_made_by(&administrator, "tech");
    let given = administrator.give(&ada.id, FACILITY, &["a"]);
    let at = given["grantedAt"].as_str().unwrap();
    let later = administrator.give(&ada.id, FACILITY, &["b"]);
    administrator.remove(&ada.id, FACILITY, &["a", "b"]);
    assert_eq!(decision(&service, &ada, "a", &[]).0, false);
    let told = why_json(&service, &ada.id, "a", &["--at", later["grantedAt"].as_str().unwrap()]);
    assert_eq!((&told["decision"], &told["grant"]["granted_at"]), (&json!(true), &later["grantedAt"]));
    let before = decision(&service, &ada, "a", &["--at", "2020-02-18T09:11:32.481Z"]);
    assert_eq!(before, (json!(false), json!(["no_grant"])));
    assert_eq!(why_json(&service, &ada.id, "a", &["--at", at])["at"], at);
    let arguments =
        ["access", "why", "--user", &ada.id, "--facility", FACILITY, "--action", "a", "--at", "soon"];
    assert!(complains(&service.command(arguments).run(), 2).contains("--at"));
}
