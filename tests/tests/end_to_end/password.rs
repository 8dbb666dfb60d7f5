//! Passwords: choosing them, changing them, and what a change ends.

use roster_tests::{Service, invented};
use serde_json::json;

fn change(old: &str, new: &str) -> serde_json::Value {
    json!({ "oldPassword": old, "newPassword": new })
}

#[test]
fn a_changed_password_is_the_only_one_that_signs_in() {
    let service = Service::start();
    let user = service.user("tech");
    let new = "canary-another-password";
    let answer = user.put("/user/password", change(&user.password, new));
    assert_eq!(answer.expect(200), json!({ "status": "ok", "message": "Password changed" }));
    assert_eq!(service.try_password(&user.email, &user.password).expect(400)["error"], "invalid_grant");
    service.try_password(&user.email, new).expect(200);
}

#[test]
fn a_changed_password_ends_every_other_session() {
    let service = Service::start();
    let user = service.user("tech");
    let other = service.sign_in(&user.email, &user.password);
    user.put("/user/password", change(&user.password, "canary-another-password")).expect(200);
    user.get("/user").expect(200);
    other.get("/user").expect_problem(401, "invalid_token");
    let refreshed = service.try_refresh(other.refresh_token.as_deref().unwrap());
    assert_eq!(refreshed.expect(400)["error"], "invalid_grant");
    service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
}

#[test]
fn a_wrong_old_password_changes_nothing() {
    let service = Service::start();
    let user = service.user("tech");
    let answer = user.put("/user/password", change("canary-wrong-password", "canary-another-password"));
    assert_eq!(answer.expect_faults(), [("/oldPassword".to_owned(), "wrong_password".to_owned())]);
    service.try_password(&user.email, &user.password).expect(200);
}

#[test]
fn passwords_are_refused_with_a_reason() {
    let service = Service::start();
    let administrator = service.administrator();
    let tag = invented();
    let email = format!("{tag}@example.com");
    let twice = tag.repeat(2);
    for (password, code) in [
        ("only-14-symbol", "too_short"),
        (&"long".repeat(65), "too_long"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_repetitive"),
        ("passwordpassword", "password_common"),
        (email.as_str(), "password_personal"),
        (tag.as_str(), "password_personal"),
        (twice.as_str(), "password_personal"),
        ("MaximilianaMaximiliana", "password_personal"),
    ] {
        let body = json!({
            "firstName": "Maximiliana", "lastName": "Mustermann", "email": email, "plainPassword": password,
            "roles": ["tech"],
        });
        let faults = administrator.post("/users", body).expect_faults();
        assert_eq!(faults, [("/plainPassword".to_owned(), code.to_owned())], "{password}");
    }
}

#[test]
fn the_whole_password_counts() {
    let service = Service::start();
    let administrator = service.administrator();
    let start = "x".repeat(36) + &"y".repeat(36);
    let long = format!("{start}-and-what-comes-after-72-bytes");
    let with_nul = format!("{start}\0tail");
    for (index, password) in [long, with_nul, "пароль-который-длиннее".to_owned()].into_iter().enumerate()
    {
        let email = format!("long.{index}@example.com");
        let body = json!({
            "firstName": "Long", "lastName": "Password", "email": email, "plainPassword": password, "roles": ["tech"],
        });
        administrator.post("/users", body).expect(201);
        service.try_password(&email, &password).expect(200);
        let mut shorter = password.clone();
        shorter.pop();
        service.try_password(&email, &shorter).expect(400);
        service.try_password(&email, &format!("{password}x")).expect(400);
    }
}

#[test]
fn composed_and_decomposed_spellings_of_a_password_are_one() {
    let service = Service::start();
    let body = json!({
        "firstName": "Zoe", "lastName": "Accent", "email": "accent@example.com",
        "plainPassword": "caf\u{e9}-caf\u{e9}-caf\u{e9}-caf\u{e9}", "roles": ["tech"],
    });
    service.administrator().post("/users", body).expect(201);
    service.try_password("accent@example.com", "cafe\u{301}-cafe\u{301}-cafe\u{301}-cafe\u{301}").expect(200);
}

#[test]
fn somebody_elses_choice_is_told_until_the_owner_changes_it() {
    let service = Service::start();
    let user = service.user("tech");
    assert_eq!(service.try_password(&user.email, &user.password).expect(200)["need_password_change"], true);
    let new = "canary-another-password";
    user.put("/user/password", change(&user.password, new)).expect(200);
    assert_eq!(service.try_password(&user.email, new).expect(200)["need_password_change"], false);
}
