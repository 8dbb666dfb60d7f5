//! Hours in small: mixed work for half an hour in a long run, and for a moment in a short one, after which the service holds
//! no more memory and no more files than before.

use roster_tests::{Actor, Memory, Service, is_long_run};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

const WORKERS: usize = 4;
const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// One look at the service.
struct Look {
    at: Duration,
    memory: Memory,
    files: usize,
}

fn look(service: &Service, start: Instant) -> Look {
    let files = fs::read_dir(format!("/proc/{}/fd", service.process())).unwrap().count();
    Look { at: start.elapsed(), memory: service.memory(), files }
}

/// A bit of everything, by somebody who administers.
fn work(service: &Service, administrator: &mut Actor, round: u64) {
    let user = service.user_made_by(administrator, "tech");
    administrator.get("/users?limit=20&search=rob").expect(200);
    administrator.give(&user.id, FACILITY, &["doors:open", "lights:on"]);
    administrator
        .patch(&format!("/users/{}", user.id), json!({ "description": format!("round {round}") }))
        .expect(200);
    (0..20).for_each(|_| drop(user.get("/user").expect(200)));
    service.try_password(&user.email, "canary of a wrong password").expect(400);
    let refreshed = service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
    user.with_token(refreshed["access_token"].as_str().unwrap()).get("/users/me").expect(200);
    administrator.delete(&format!("/users/{}", user.id)).expect(200);
    if round.is_multiple_of(50) {
        *administrator = service.administrator();
    }
}

#[test]
fn the_service_holds_no_more_after_hours_than_after_minutes() {
    let (length, every) = if is_long_run() {
        (Duration::from_mins(30), Duration::from_secs(30))
    } else {
        (Duration::from_secs(3), Duration::from_millis(500))
    };
    let service = Service::options()
        .with("ROSTER_LOG", "warn,roster=info")
        .with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000")
        .start();
    let start = Instant::now();
    let looks: Vec<Look> = thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut administrator = service.administrator();
                let mut rounds = 0..;
                while start.elapsed() < length {
                    work(&service, &mut administrator, rounds.next().unwrap_or_default());
                }
            });
        }
        let mut looks = Vec::new();
        while start.elapsed() < length {
            looks.push(look(&service, start));
            let next = Instant::now() + every;
            while Instant::now() < next {
                thread::yield_now();
                thread::park_timeout(Duration::from_millis(50));
            }
        }
        looks
    });
    for look in &looks {
        let Look { at, memory, files } = look;
        println!(
            "{:>5} s: {} bytes own, {} resident, {files} files",
            at.as_secs(),
            memory.own,
            memory.resident
        );
    }
    service.database().assert_sound();
    if is_long_run() {
        let warm = looks.iter().find(|look| look.at > length / 3).unwrap();
        let last = looks.last().unwrap();
        let seconds = last.at.saturating_sub(warm.at).as_secs();
        let grown = last.memory.own.saturating_sub(warm.memory.own) * 600 / seconds;
        println!("own memory grew by {grown} bytes in ten minutes");
        assert!(grown < 1 << 20 && last.files <= warm.files + 8, "{grown} bytes in ten minutes");
    }
}
