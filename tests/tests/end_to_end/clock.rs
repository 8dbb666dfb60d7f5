//! Clocks that are wrong, run fast, or jump.

use roster_tests::{Actor, Service, eventually, needed_program};
use std::path::Path;
use std::{fs, process::Command};

/// The library that lies to a program about the time, as the loader finds it, where it is installed.
fn liar() -> Option<String> {
    let program = needed_program(&["faketime"], "services with a wrong clock were not tried")?;
    // The program itself knows where its library lies.
    let told = Command::new(program).args(["-m", "now", "sh", "-c", "echo $LD_PRELOAD"]).output().ok()?;
    let library = String::from_utf8_lossy(&told.stdout).trim().rsplit(':').next()?.to_owned();
    assert!(library.contains("libfaketime"), "{library} is not the library of faketime");
    Some(library)
}

/// A service to which the time is told as this file says.
fn service(library: &str, time: &Path) -> Service {
    Service::options()
        .with("LD_PRELOAD", library)
        .with("FAKETIME_TIMESTAMP_FILE", time)
        .with("FAKETIME_NO_CACHE", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .start()
}

fn everyday_life(service: &Service) -> Actor {
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    user.get("/user").expect(200);
    let again = service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
    let token = again["access_token"].as_str().unwrap().to_owned();
    administrator.give(&user.id, "16f0cbe3-bc75-45ea-9168-52e52c941ada", &["doors:open"]);
    assert_eq!(service.nobody().get("/health/ready").status, 200);
    user.with_token(token)
}

#[test]
fn a_wrong_or_fast_clock_does_no_harm() {
    let Some(library) = liar() else { return };
    let folder = tempfile::tempdir().unwrap();
    let time = folder.path().join("time");
    for (told, year) in
        [("-2d", None), ("+10y", None), ("@2040-01-19 03:14:08", Some("2040")), ("+0 x10", None)]
    {
        fs::write(&time, format!("{told}\n")).unwrap();
        let service = service(&library, &time);
        let user = everyday_life(&service);
        let created = user.get("/users/me").expect(200)["createdAt"].as_str().unwrap().to_owned();
        assert!(year.is_none_or(|year| created.starts_with(year)), "{created}: the service believes the lie");
        service.database().assert_sound();
    }
}

#[test]
fn a_clock_that_jumps_back_refuses_tokens_of_the_future_and_locks_nobody_out() {
    let Some(library) = liar() else { return };
    let folder = tempfile::tempdir().unwrap();
    let time = folder.path().join("time");
    fs::write(&time, "+0\n").unwrap();
    let service = service(&library, &time);
    let before = everyday_life(&service);
    for _ in 0..10 {
        service.try_password(&before.email, "canary of a wrong password").expect(400);
    }
    service.try_password(&before.email, &before.password).expect(429);

    fs::write(&time, "-1h\n").unwrap();
    eventually("tokens of the future to be refused", || (before.get("/user").status == 401).then_some(()));
    // The failures lie an hour ahead: they count for nothing now, rather than for an hour and five minutes.
    let after = service.sign_in(&before.email, &before.password);
    after.get("/user").expect(200);
    everyday_life(&service).get("/user").expect(200);
    assert!(service.is_running());
    service.database().assert_sound();

    fs::write(&time, "+0\n").unwrap();
    eventually("the old token to count again", || (before.get("/user").status == 200).then_some(()));
}
