//! Hashes that were made in another way than today's: they sign in, and are made anew when they do.

use roster_tests::{Actor, Service};
use serde_json::json;
use std::sync::Barrier;

/// Plain bcrypt of `U*U`, and of 62 signs, ten digits and a tail that bcrypt does not see, as its first implementations
/// publish them.
const OF_THREE_SIGNS: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const OF_72_SIGNS: &str = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
const SIGNS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The hash that is on record for somebody.
fn kept(service: &Service, person: &Actor) -> String {
    let id = person.id.replace('-', "");
    let kept = format!("SELECT password_hash AS value FROM credentials WHERE lower(hex(user_id)) = '{id}'");
    service.database().texts(&kept).remove(0)
}

/// Puts a hash on record for somebody, as an import would.
fn keep(service: &Service, person: &Actor, hash: &str) {
    let id = person.id.replace('-', "");
    service.tamper(&format!(
        "UPDATE credentials SET password_hash = '{hash}' WHERE lower(hex(user_id)) = '{id}'"
    ));
}

#[test]
fn a_hash_of_another_cost_is_made_anew_by_its_owner_alone() {
    let service = Service::start();
    let administrator = service.administrator();
    for cost in ["5", "6"] {
        let user = service.user_made_by(&administrator, "tech");
        let password = "canary-hashed-at-another-cost";
        let run = service.command(["user", "set-password", "--email", &user.email]);
        run.with("ROSTER_BCRYPT_COST", cost).reading(password).succeed();
        let old = kept(&service, &user);
        assert!(old.contains(&format!("$2b$0{cost}$")), "{old}");
        service.try_password(&user.email, "canary-wrong-password").expect_oauth_error(400, "invalid_grant");
        assert_eq!(kept(&service, &user), old);
        let events = || {
            service.database().count("SELECT count(*) AS value FROM events WHERE type = 'password.changed'")
        };
        let before = events();
        let tokens = service.try_password(&user.email, password).expect(200);
        assert_eq!(tokens["need_password_change"], true, "it is nobody's choice anew");
        assert!(kept(&service, &user).contains("$2b$04$"), "{}", kept(&service, &user));
        assert_eq!(events(), before, "the password is the same");
        service.try_password(&user.email, password).expect(200);
    }
}

#[test]
fn sign_ins_at_once_with_an_outdated_hash_all_succeed() {
    let service = Service::start();
    let user = service.user("tech");
    for round in 0..5 {
        keep(&service, &user, OF_THREE_SIGNS);
        let together = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    let answer = service.try_password(&user.email, "U*U");
                    assert_eq!(answer.status, 200, "round {round}");
                });
            }
        });
    }
    let counted = service.database().count("SELECT count(*) AS value FROM login_attempts");
    assert_eq!(counted, 0, "none of them is a wrong password");
}

#[test]
fn an_imported_hash_signs_in_and_is_ours_from_then_on() {
    let service = Service::start();
    let user = service.user("tech");
    keep(&service, &user, OF_THREE_SIGNS);
    for wrong in ["U*U*", "U*", "", "U*U\0", "u*u", user.password.as_str()] {
        assert_eq!(service.try_password(&user.email, wrong).status, 400, "{wrong:?}");
    }
    service.try_password(&user.email, "U*U").expect(200);
    assert!(kept(&service, &user).starts_with("v1$"), "{}", kept(&service, &user));
    service.try_password(&user.email, "U*U").expect(200);
}

#[test]
fn the_end_of_a_password_counts_once_an_imported_hash_is_ours() {
    let service = Service::start();
    let user = service.user("tech");
    keep(&service, &user, OF_72_SIGNS);
    let whole = format!("{SIGNS}chars after 72 are ignored");
    service.try_password(&user.email, &whole).expect(200);
    for wrong in [SIGNS, &format!("{SIGNS}another end")] {
        service.try_password(&user.email, wrong).expect_oauth_error(400, "invalid_grant");
    }
    service.try_password(&user.email, &whole).expect(200);
}

#[test]
fn a_proof_makes_an_imported_hash_ours_too() {
    let service = Service::start();
    let user = service.user("tech");
    keep(&service, &user, OF_THREE_SIGNS);
    let moved = json!({ "email": format!("new.{}", user.email), "currentPassword": "U*U" });
    user.patch(&format!("/users/{}", user.id), moved).expect(200);
    assert!(kept(&service, &user).starts_with("v1$"), "{}", kept(&service, &user));
    user.put("/user/password", json!({ "oldPassword": "U*U", "newPassword": "canary-another-password" }))
        .expect(200);
}

#[test]
fn a_hash_that_cannot_be_read_is_a_wrong_password() {
    let service = Service::start();
    let known = service.user("tech");
    let wrong = service.try_password(&known.email, "canary-wrong-password");
    for damaged in [
        "",
        "canary-in-clear-text",
        "v1$00000000$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "$2b$31$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "$2b$04$",
    ] {
        let user = service.user("tech");
        keep(&service, &user, damaged);
        for password in [user.password.as_str(), damaged, "canary-wrong-password"] {
            // Nothing at all is no password to try.
            if !password.is_empty() {
                let answer = service.try_password(&user.email, password);
                assert_eq!(answer.likeness(), wrong.likeness(), "{damaged}");
            }
        }
        user.get("/user").expect(200);
        // Whoever looks after the service is told, without the hash.
        let is_told = |event: &serde_json::Value| {
            event["message"].as_str().is_some_and(|message| message.starts_with("a password hash on record"))
        };
        let told = || service.log().events().iter().any(is_told).then_some(());
        roster_tests::eventually("the line about the damage", told);
    }
    assert!(!service.log().lines().join("\n").contains("canary"));
}

#[test]
fn with_a_new_master_secret_each_sign_in_takes_one_password_over() {
    const NEXT: &str = "bmV4dC1jYW5hcnktbWFzdGVyLXNlY3JldC1pcy1sb25nLWVub3VnaA==";
    let mut service = Service::start();
    let (early, late) = (service.user("tech"), service.user("tech"));
    let first = service.master_secret();
    let pepper = |service: &Service, person: &Actor| kept(service, person)[..12].to_owned();
    let old = pepper(&service, &early);
    service.kill();
    service.restart_with("ROSTER_SECRET", &format!("{NEXT},{first}"));
    service.try_password(&early.email, &early.password).expect(200);
    assert_ne!(pepper(&service, &early), old);
    assert_eq!(pepper(&service, &late), old);
    service.kill();
    // Dropped too early: whoever did not come in time is as good as unknown, and everybody else is not concerned.
    service.restart_with("ROSTER_SECRET", NEXT);
    service.try_password(&early.email, &early.password).expect(200);
    service.try_password(&late.email, &late.password).expect_oauth_error(400, "invalid_grant");
    service.kill();
    service.restart_with("ROSTER_SECRET", &format!("{NEXT},{first}"));
    service.try_password(&late.email, &late.password).expect(200);
}
