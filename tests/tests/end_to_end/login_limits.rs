//! Whoever tries many passwords waits, and nobody else does.

use roster_tests::{
    Actor, Answer, Body, Service, ServiceOptions, assert_in_time, at_once, eventually, invented, is_long_run,
};
use serde_json::json;
use std::time::{Duration, Instant};

const WRONG: &str = "canary-wrong-password";
const ATTACKER: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.9";

/// A service behind a proxy on this machine, so that each request can come from an address of its own.
fn behind_a_proxy() -> ServiceOptions {
    Service::options().with("ROSTER_TRUSTED_PROXIES", "127.0.0.1/32")
}

/// A try from there that is answered as any wrong one.
#[track_caller]
fn fail_from(service: &Service, address: &str, email: &str) {
    service.try_password_from(address, email, WRONG).expect_oauth_error(400, "invalid_grant");
}

/// The answer to a try that was not made, because too many failed within the window.
#[track_caller]
fn is_limited(answer: &Answer, window: u64) {
    answer.expect_oauth_error(429, "temporarily_unavailable");
    assert!((1..=window).contains(&answer.retry_after()), "{answer}");
}

#[test]
fn the_eleventh_failure_waits_even_if_right_and_the_owner_gets_in_from_elsewhere() {
    let service = behind_a_proxy().start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let before = service.database().contents();
    for _ in 0..10 {
        fail_from(&service, ATTACKER, &user.email);
    }
    for password in [WRONG, user.password.as_str(), WRONG] {
        is_limited(&service.try_password_from(ATTACKER, &user.email, password), 300);
    }
    let after = service.database().contents();
    assert_eq!(after.changed_since(&before), ["login_attempts"]);
    service.try_password_from(ELSEWHERE, &user.email, &user.password).expect(200);
    user.get("/user").expect(200);
    service.assert_unharmed(&bystander);
}

#[test]
fn an_account_that_does_not_exist_is_limited_alike() {
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    let tries = |address: &str, account: &str| -> Vec<_> {
        let ask = || service.try_password_from(address, account, WRONG).likeness();
        (0..12).map(|_| ask()).collect()
    };
    let of_somebody = tries(ATTACKER, &user.email);
    assert_eq!(of_somebody.iter().filter(|(status, ..)| *status == 429).count(), 2);
    assert_eq!(tries("203.0.113.8", "nobody@example.com"), of_somebody);
    assert_eq!(tries("203.0.113.9", "no address at all"), of_somebody);
}

#[test]
fn an_account_is_one_in_any_spelling() {
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    let spellings = [user.email.clone(), user.email.to_uppercase()];
    for spelling in spellings.iter().cycle().take(10) {
        fail_from(&service, ATTACKER, spelling);
    }
    for spelling in &spellings {
        is_limited(&service.try_password_from(ATTACKER, spelling, WRONG), 300);
    }
}

#[test]
fn the_thirty_first_failure_of_an_address_waits_whatever_the_account() {
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    for number in 0..30 {
        fail_from(&service, ATTACKER, &format!("person{number}@example.com"));
    }
    is_limited(&service.try_password_from(ATTACKER, "another@example.com", WRONG), 300);
    is_limited(&service.try_password_from(ATTACKER, &user.email, &user.password), 300);
    service.try_password_from(ELSEWHERE, &user.email, &user.password).expect(200);
}

#[test]
fn the_addresses_of_one_ipv6_network_count_as_one() {
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    for number in 0..10 {
        fail_from(&service, &format!("2001:db8:1:2::{number:x}"), &user.email);
    }
    is_limited(&service.try_password_from("2001:db8:1:2:ffff::1", &user.email, WRONG), 300);
    service.try_password_from("2001:db8:1:3::1", &user.email, &user.password).expect(200);
}

#[test]
fn an_ipv4_address_is_one_however_it_is_written() {
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    for number in 0..10 {
        let spelling = if number % 2 == 0 { ATTACKER } else { "::ffff:203.0.113.7" };
        fail_from(&service, spelling, &user.email);
    }
    is_limited(&service.try_password_from("::ffff:cb00:7107", &user.email, WRONG), 300);
    service.try_password_from("::ffff:203.0.113.8", &user.email, &user.password).expect(200);
}

#[test]
fn what_strangers_say_of_their_address_evades_nothing() {
    let service = Service::start();
    let user = service.user("tech");
    for number in 0..10 {
        fail_from(&service, &format!("198.51.100.{number}"), &user.email);
    }
    is_limited(&service.try_password_from(ELSEWHERE, &user.email, WRONG), 300);
    // Nor what they say to a proxy that adds the address from which it was called.
    let service = behind_a_proxy().start();
    let user = service.user("tech");
    for number in 0..10 {
        fail_from(&service, &format!("198.51.100.{number}, {ATTACKER}"), &user.email);
    }
    is_limited(&service.try_password_from(&format!("{ELSEWHERE}, {ATTACKER}"), &user.email, WRONG), 300);
}

#[test]
fn right_passwords_are_given_back() {
    let limits = behind_a_proxy().with("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "2");
    let service = limits.with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "2").start();
    let user = service.user("tech");
    let sign_in = || service.try_password_from(ATTACKER, &user.email, &user.password);
    for _ in 0..10 {
        sign_in().expect(200);
    }
    fail_from(&service, ATTACKER, &user.email);
    sign_in().expect(200);
    fail_from(&service, ATTACKER, &user.email);
    is_limited(&sign_in(), 300);
}

#[test]
fn tries_while_limited_do_not_count() {
    let limits = behind_a_proxy().with("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "2");
    let service = limits.with("ROSTER_LOGIN_WINDOW", "2").start();
    let user = service.user("tech");
    let start = Instant::now();
    fail_from(&service, ATTACKER, &user.email);
    fail_from(&service, ATTACKER, &user.email);
    let mut limited = 0;
    // Each of these would make the window longer if it counted.
    eventually("the end of the window", || {
        let answer = service.try_password_from(ATTACKER, &user.email, &user.password);
        if answer.status == 200 {
            return Some(());
        }
        limited += 1;
        is_limited(&answer, 2);
        None
    });
    assert!(limited > 0 && start.elapsed() > Duration::from_millis(1_900), "{limited} {:?}", start.elapsed());
}

#[test]
fn the_counts_survive_a_crash() {
    let mut service = behind_a_proxy().start();
    let user = service.user("tech");
    for _ in 0..10 {
        fail_from(&service, ATTACKER, &user.email);
    }
    service.kill();
    service.restart();
    is_limited(&service.try_password_from(ATTACKER, &user.email, &user.password), 300);
    service.try_password_from(ELSEWHERE, &user.email, &user.password).expect(200);
    service.database().assert_sound();
}

#[test]
fn of_fifty_tries_at_once_ten_are_made() {
    let service = behind_a_proxy().start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let answers = at_once(50, |_| service.try_password_from(ATTACKER, &user.email, WRONG));
    let of_status = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of_status(400), of_status(429)), (10, 40), "{answers:#?}");
    service.assert_unharmed(&bystander);
}

/// The two calls that ask somebody who is signed in for their password, with this one.
fn prove(user: &Actor, address: &str, password: &str) -> [Answer; 2] {
    let forwarded = [("x-forwarded-for", address)];
    let change = json!({ "oldPassword": password, "newPassword": "canary-another-password" });
    let moved = json!({ "email": format!("{}@example.com", invented()), "currentPassword": password });
    [
        user.send("PUT", "/user/password", &forwarded, &change.into()),
        user.send("PATCH", &format!("/users/{}", user.id), &forwarded, &moved.into()),
    ]
}

#[test]
fn passwords_asked_for_again_count_as_those_that_sign_in() {
    let service = behind_a_proxy().start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    for _ in 0..5 {
        let [change, moved] = prove(&user, ATTACKER, WRONG);
        assert_eq!(change.expect_faults(), [("/oldPassword".to_owned(), "wrong_password".to_owned())]);
        assert_eq!(moved.expect_faults(), [("/currentPassword".to_owned(), "wrong_password".to_owned())]);
    }
    let before = service.database().contents();
    for password in [WRONG, user.password.as_str()] {
        for answer in prove(&user, ATTACKER, password) {
            answer.expect_problem(429, "too_many_requests");
            assert!((1..=300).contains(&answer.retry_after()), "{answer}");
        }
    }
    is_limited(&service.try_password_from(ATTACKER, &user.email, &user.password), 300);
    assert_eq!(service.database().contents().changed_since(&before), [""; 0]);
    // The same person is elsewhere, and gets everything done.
    prove(&user, ELSEWHERE, &user.password)[0].expect(200);
    service.assert_unharmed(&bystander);
}

#[test]
fn right_passwords_that_are_asked_for_again_are_given_back() {
    let service = behind_a_proxy().with("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "2").start();
    let user = service.user("tech");
    let passwords = [user.password.as_str(), "canary-another-password"];
    for round in 0..6 {
        let change =
            json!({ "oldPassword": passwords[round % 2], "newPassword": passwords[(round + 1) % 2] });
        user.put("/user/password", change).expect(200);
    }
    let own = format!("/users/{}", user.id);
    for round in 0..4 {
        let moved = json!({ "email": format!("{round}.{}", user.email), "currentPassword": user.password });
        user.patch(&own, moved).expect(200);
    }
}

#[test]
fn what_is_refused_for_another_reason_does_not_count() {
    let service = Service::start();
    let user = service.user("tech");
    for _ in 0..12 {
        let too_short = json!({ "oldPassword": user.password, "newPassword": "short" });
        user.put("/user/password", too_short).expect(422);
        user.put("/user/password", json!({ "newPassword": "canary-another-password" })).expect(422);
        let unasked = json!({ "description": "new", "currentPassword": WRONG });
        user.patch(&format!("/users/{}", user.id), unasked);
        let fields = [
            ("grant_type", "password"),
            ("client_id", "stranger"),
            ("username", user.email.as_str()),
            ("password", WRONG),
        ];
        service.ask_for_token(&fields).expect_oauth_error(401, "invalid_client");
    }
    service.try_password(&user.email, &user.password).expect(200);
}

#[test]
fn many_failures_from_everywhere_slow_an_account_down_and_never_lock_it() {
    let failures: u32 = if is_long_run() { 120 } else { 21 };
    let service = behind_a_proxy().with("ROSTER_LOGIN_SLOWDOWN_AFTER", "1").start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    at_once(usize::try_from(failures).unwrap(), |number| {
        fail_from(&service, &format!("203.0.113.{number}"), &user.email);
    });
    let start = Instant::now();
    service.try_password_from(ELSEWHERE, &user.email, &user.password).expect(200);
    let least = (Duration::from_millis(50) * (failures - 1)).min(Duration::from_secs(5));
    assert!(start.elapsed() >= least, "{:?} is less than {least:?}", start.elapsed());
    service.assert_unharmed(&bystander);
}

#[test]
fn nothing_that_is_typed_as_a_user_name_is_kept() {
    let service = Service::start();
    let bystander = service.bystander();
    for typed in ["canary-typed-in-the-wrong-field", "canary-typed@example.com"] {
        service.try_password(typed, WRONG).expect(400);
    }
    for bytes in service.stored() {
        assert!(!crate::oracle::occurs(&bytes, "canary-typed"));
    }
    let counted = service.database().count("SELECT count(DISTINCT id) AS value FROM login_attempts");
    assert_eq!(counted, 2, "that they failed is kept");
    service.assert_unharmed(&bystander);
}

#[test]
fn a_full_queue_of_hashing_is_told_in_time_and_reading_goes_on() {
    let limits = Service::options().with("ROSTER_BCRYPT_COST", "12");
    let limits = limits.with("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "1000000");
    let service = limits.with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000").start();
    let (user, reader, bystander) = (service.user("tech"), service.user("tech"), service.bystander());
    let (answers, reads) = std::thread::scope(|scope| {
        let signing_in = scope.spawn(|| {
            at_once(200, |number| {
                let password = if number % 2 == 0 { user.password.as_str() } else { WRONG };
                let start = Instant::now();
                (service.try_password(&user.email, password), start.elapsed())
            })
        });
        let mut reads = Vec::new();
        while !signing_in.is_finished() {
            let start = Instant::now();
            let read = reader.send("GET", "/users/me", &[], &Body::Empty);
            reads.push((read, start.elapsed()));
        }
        (signing_in.join().unwrap(), reads)
    });
    let longest = reads.iter().map(|(_, took)| took).max().unwrap();
    assert!(reads.iter().all(|(read, _)| read.status == 200), "{reads:#?}");
    assert_in_time(Duration::from_secs(1), *longest);
    service.report_attack(&format!("200 sign-ins at once, reads within {longest:.1?}"));
    let (refused, others): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status == 503);
    assert!(!refused.is_empty() && !others.is_empty(), "{} of 200 were refused", refused.len());
    for (answer, took) in refused {
        answer.expect_oauth_error(503, "temporarily_unavailable");
        assert!(answer.retry_after() > 0, "{answer}");
        assert_in_time(Duration::from_secs(4), *took);
    }
    assert!(others.iter().all(|(answer, _)| [200, 400].contains(&answer.status)), "{others:#?}");
    // What was refused unseen is no failure: only wrong passwords that were looked at count.
    let wrong = others.iter().filter(|(answer, _)| answer.status == 400).count();
    let counted = service.database().count("SELECT count(DISTINCT id) AS value FROM login_attempts");
    assert_eq!(usize::try_from(counted).unwrap(), wrong);
    service.try_password(&user.email, &user.password).expect(200);
    service.assert_unharmed(&bystander);
}
