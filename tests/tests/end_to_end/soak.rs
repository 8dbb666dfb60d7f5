//! Hours in small: mixed work for half an hour in a long run, and for a moment in a short one, after which the service holds
//! no more memory and no more files than before.

use roster_tests::{Actor, Memory, Service, is_long_run, report};
use serde_json::json;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const WORKERS: usize = 4;

/// How long a token is used: less than it lasts.
const RENEW: Duration = Duration::from_mins(2);

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// One look at the service.
#[derive(Clone, Copy)]
struct Look {
    at: Duration,
    memory: Memory,
    files: usize,
}

fn look(service: &Service, start: Instant) -> Look {
    let files = fs::read_dir(format!("/proc/{}/fd", service.process())).unwrap().count();
    Look { at: start.elapsed(), memory: service.memory(), files }
}

/// How long a read took, and when it began.
#[derive(Clone, Copy)]
struct Read {
    at: Duration,
    took: Duration,
}

/// A bit of everything, by somebody who administers. How long each of the plain reads took.
fn work(service: &Service, administrator: &Actor, round: u64, start: Instant) -> Vec<Read> {
    let user = service.user_made_by(administrator, "tech");
    administrator.get("/users?limit=20&search=rob").expect(200);
    administrator.give(&user.id, FACILITY, &["doors:open", "lights:on"]);
    administrator
        .patch(&format!("/users/{}", user.id), json!({ "description": format!("round {round}") }))
        .expect(200);
    let read = |_| {
        let at = start.elapsed();
        user.get("/user").expect(200);
        Read { at, took: start.elapsed().saturating_sub(at) }
    };
    let reads = (0..20).map(read).collect();
    service.try_password(&user.email, "canary of a wrong password").expect(400);
    let refreshed = service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
    user.with_token(refreshed["access_token"].as_str().unwrap()).get("/users/me").expect(200);
    administrator.delete(&format!("/users/{}", user.id)).expect(200);
    reads
}

/// What lies within one of the three thirds of a time, counted from nought.
fn third<T: Copy>(number: u32, length: Duration, all: &[T], at: impl Fn(&T) -> Duration) -> Vec<T> {
    let within = length * number / 3..length * (number + 1) / 3;
    all.iter().filter(|one| within.contains(&at(one))).copied().collect()
}

/// How long the slowest but one of a hundred took.
fn ninety_ninth(reads: &[Read]) -> Duration {
    let mut times: Vec<Duration> = reads.iter().map(|read| read.took).collect();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

fn mean_memory(looks: &[Look]) -> i64 {
    let sum: u64 = looks.iter().map(|look| look.memory.own).sum();
    sum.checked_div(u64::try_from(looks.len()).unwrap()).unwrap_or_default().cast_signed()
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
    let reads = Mutex::new(Vec::new());
    let looks: Vec<Look> = thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut administrator = service.administrator();
                let mut signed_in = Instant::now();
                let mut rounds = 0..;
                while start.elapsed() < length {
                    if signed_in.elapsed() > RENEW {
                        (administrator, signed_in) = (service.administrator(), Instant::now());
                    }
                    let taken = work(&service, &administrator, rounds.next().unwrap_or_default(), start);
                    reads.lock().unwrap().extend(taken);
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
    // In the first third it gets warm.
    let memory = |number| mean_memory(&third(number, length, &looks, |look| look.at));
    let grown = (memory(2) - memory(1)) * 1_800 / i64::try_from(length.as_secs()).unwrap();
    let reads = reads.into_inner().unwrap();
    let p99 = |number| ninety_ninth(&third(number, length, &reads, |read| read.at));
    let (early, late) = (p99(0), p99(2));
    let files = |number| third(number, length, &looks, |look| look.at).last().unwrap().files;
    let (warm, last) = (files(0), files(2));
    report(&format!(
        "soak of {length:?}: {} reads, own memory grew by {grown} bytes in ten minutes, {warm} files when it was warm and {last} at last, \
         99 % of the reads within {early:.1?} in the first third and {late:.1?} in the last",
        reads.len()
    ));
    if is_long_run() {
        assert!(
            grown < 1 << 20 && last <= warm + 8,
            "{grown} bytes in ten minutes, {warm} files and then {last}"
        );
    }
}
