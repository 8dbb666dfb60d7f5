//! Passwords: choosing them, changing them, and what a change ends.

use roster_tests::{Actor, Service, invented};
use serde_json::json;

/// A service that bears as many wrong passwords as there are.
fn unlimited() -> Service {
    Service::options().with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000").start()
}

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
    let (twice, thrice) = (tag.repeat(2), tag.repeat(3));
    for (password, code) in [
        ("only-14-symbol", "too_short"),
        (&"long".repeat(65), "too_long"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_repetitive"),
        ("passwordpassword", "password_common"),
        ("PassWordPassWord", "password_common"),
        ("qwertyqwertyqwerty", "password_common"),
        ("1234567890123456", "password_common"),
        (email.as_str(), "password_personal"),
        (tag.as_str(), "password_personal"),
        (twice.as_str(), "password_personal"),
        (thrice.as_str(), "password_personal"),
        ("MÁXIMILIANA MUSTERMANN", "password_personal"),
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

/// A new person, who signs in with this password and no other.
#[track_caller]
fn chooses(service: &Service, by: &Actor, password: &str) -> String {
    let email = format!("{}@example.com", invented());
    let body = json!({
        "firstName": "Long", "lastName": "Password", "email": email, "plainPassword": password, "roles": ["tech"],
    });
    by.post("/users", body).expect(201);
    service.try_password(&email, password).expect(200);
    email
}

#[test]
fn the_whole_password_counts() {
    let service = unlimited();
    let administrator = service.administrator();
    // Bytes that do not repeat, so that no prefix stands for another.
    let bytes: String = (0..256_u32).map(|n| char::from(b'a' + u8::try_from(n * 7 % 26).unwrap())).collect();
    let mut passwords: Vec<String> =
        [15, 63, 64, 71, 72, 73, 128, 255, 256].iter().map(|length| bytes[..*length].to_owned()).collect();
    passwords.push("\u{1f600}\u{1f40e}".repeat(32));
    passwords.push(format!("{}\0tail", &bytes[..72]));
    passwords.push("пароль-который-длиннее".to_owned());
    for password in passwords {
        let email = chooses(&service, &administrator, &password);
        let mut shorter = password.clone();
        shorter.pop();
        let longer = format!("{password}x");
        let other_end = format!("{shorter}\u{2713}");
        for wrong in [&shorter, &longer, &other_end, &password.repeat(2), &format!(" {password}")] {
            service.try_password(&email, wrong).expect_oauth_error(400, "invalid_grant");
        }
    }
}

#[test]
fn a_password_is_not_the_same_with_nul_and_whatever_behind_it() {
    let service = unlimited();
    let administrator = service.administrator();
    let plain = "canary-sixteen-c";
    let with_nul = "canary-\0-sixteen";
    let of_plain = chooses(&service, &administrator, plain);
    let of_nul = chooses(&service, &administrator, with_nul);
    // To bcrypt alone, a key is a cycle that ends with a NUL.
    for wrong in [format!("{plain}\0"), format!("{plain}\0{plain}"), format!("\0{plain}"), plain.repeat(2)] {
        service.try_password(&of_plain, &wrong).expect_oauth_error(400, "invalid_grant");
    }
    for wrong in ["canary-", "canary-\0", "canary--sixteen", "canary- -sixteen", "canary-\0-sixteen\0"] {
        service.try_password(&of_nul, wrong).expect_oauth_error(400, "invalid_grant");
    }
}

#[test]
fn a_password_that_is_too_long_is_refused_when_it_is_chosen() {
    let service = Service::start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let too_long = |pointer: &str| [(pointer.to_owned(), "too_long".to_owned())];
    for password in ["xy".repeat(128) + "z", "\u{1f600}\u{1f40e}".repeat(128) + "z", "xy".repeat(20_000)] {
        let answer = user.put("/user/password", change(&user.password, &password));
        assert_eq!(answer.expect_faults(), too_long("/newPassword"));
        let answer =
            administrator.put(&format!("/users/{}/password", user.id), json!({ "newPassword": password }));
        assert_eq!(answer.expect_faults(), too_long("/newPassword"));
    }
    // What is composed is counted as composed.
    let twins = "e\u{301}a\u{301}".repeat(128);
    user.put("/user/password", change(&user.password, &twins)).expect(200);
    service.try_password(&user.email, &"\u{e9}\u{e1}".repeat(128)).expect(200);
}

#[test]
fn there_are_no_rules_of_composition() {
    let service = Service::start();
    let administrator = service.administrator();
    for password in [
        "twentylowercasesigns",
        "TWENTYUPPERCASESIGNS",
        "829374650192837",
        "!?%&/()=+*#-_.:,",
        "four words and more of them",
        "   spaces   around   ",
        "\u{1f600}\u{1f40e}\u{1f50b}\u{1f4ce}\u{1f600}\u{1f40e}\u{1f50b}\u{1f4cf}\u{1f600}\u{1f40e}\u{1f50b}\u{1f4cd}\u{1f600}\u{1f40e}\u{1f50c}",
        "\tcontrol\r\nsigns\u{7}",
    ] {
        let email = chooses(&service, &administrator, password);
        if password.trim() != password {
            service.try_password(&email, password.trim()).expect_oauth_error(400, "invalid_grant");
        }
    }
}

#[test]
fn the_bound_for_short_passwords_is_a_setting_for_every_way_to_choose_one() {
    let service = Service::options().with("ROSTER_PASSWORD_MIN_LENGTH", "20").start();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let (short, enough) = ("only-nineteen-signs", "exactly-twenty-signs");
    let too_short = |pointer: &str| [(pointer.to_owned(), "too_short".to_owned())];
    let set = format!("/users/{}/password", user.id);
    assert_eq!(
        user.put("/user/password", change(&user.password, short)).expect_faults(),
        too_short("/newPassword")
    );
    assert_eq!(
        administrator.put(&set, json!({ "newPassword": short })).expect_faults(),
        too_short("/newPassword")
    );
    let command = |password: &str| {
        let run = service.command(["user", "set-password", "--email", &user.email]);
        run.with("ROSTER_PASSWORD_MIN_LENGTH", "20").reading(password).run()
    };
    assert_eq!((command(short).code, command(enough).code), (1, 0));
    administrator.put(&set, json!({ "newPassword": enough })).expect(200);
    service.try_password(&user.email, enough).expect(200);
    // A former choice that is too short by now still signs in.
    service.try_password(roster_tests::ADMINISTRATOR_EMAIL, roster_tests::ADMINISTRATOR_PASSWORD).expect(200);
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
