//! Too many, too slow and too large: the service stays small, sheds what it cannot bear, and goes on answering others.

use roster_tests::{
    Actor, Body, Engine, Http, RawSocket, Service, allow_many_files, assert_in_time, is_long_run, knock,
    promised, within,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How much own memory an attack may add, in bytes.
const ROOM: u64 = 32 << 20;

/// Longer than anything that the service lets arrive slowly.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who reads while others attack: every read must be answered. Tells what of a hundred reads the slowest but one took.
pub(crate) fn read_meanwhile(reader: &Actor, attack: impl FnOnce()) -> Duration {
    let is_over = AtomicBool::new(false);
    let times: Vec<Duration> = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                let start = Instant::now();
                reader.get("/users/me").expect(200);
                times.push(start.elapsed());
            }
            times
        });
        attack();
        is_over.store(true, Ordering::SeqCst);
        reading.join().unwrap()
    });
    let mut sorted = times;
    sorted.sort();
    assert!(!sorted.is_empty());
    let p99 = sorted[sorted.len() * 99 / 100];
    assert_in_time(Duration::from_secs(1), p99);
    p99
}

#[test]
fn bodies_that_are_too_large_are_not_read_on() {
    let service = Service::start();
    let administrator = service.administrator();
    let before = service.memory().own;
    let calls = [
        ("PATCH", "/user"),
        ("PATCH", "/user/picture"),
        ("PUT", "/user/password"),
        ("POST", "/users"),
        ("POST", "/oauth/token"),
        ("POST", "/facilities/16f0cbe3-bc75-45ea-9168-52e52c941ada/give_access"),
    ];
    let p99 = read_meanwhile(&administrator, || {
        thread::scope(|scope| {
            for n in 0..100 {
                let (method, path) = calls[n % calls.len()];
                let (service, token) = (&service, &administrator.token);
                scope.spawn(move || {
                    let length =
                        if n % 2 == 0 { "Content-Length: 2147483648" } else { "Transfer-Encoding: chunked" };
                    let mut socket = RawSocket::connect(service.address());
                    socket.send(format!(
                        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
                         Content-Type: application/json\r\n{length}\r\n\r\n"
                    ));
                    let chunk = format!("80000\r\n{}\r\n", "x".repeat(0x80000));
                    (0..40).for_each(|_| socket.send(&chunk));
                    let answer = socket.read(PATIENCE);
                    assert!(answer.is_closed, "{answer:?}");
                    assert!(
                        answer.statuses().iter().all(|status| [413, 415, 401].contains(status)),
                        "{answer:?}"
                    );
                });
            }
        });
    });
    let after = service.memory().own;
    service.report_attack(&format!("100 bodies that are too large, reads {p99:.1?}"));
    assert!(after < before + ROOM, "{before} bytes before, {after} after");
}

#[test]
fn more_connections_than_files_are_shed_and_all_is_well_when_they_are_gone() {
    let (count, length) =
        if is_long_run() { (5_000, Duration::from_secs(5)) } else { (600, Duration::from_secs(1)) };
    let count = count.min(allow_many_files().saturating_sub(1_000));
    let service = Service::options().under("ulimit -n 256").start();
    let reader = service.user("tech");
    let mut idle = knock(service.address(), count);
    // Whoever is served already goes on, and others are kept alive once they were answered; whoever comes now may have to wait.
    let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    for connection in &mut idle {
        // Whoever has to wait for a place is none of those who are looked at.
        connection.write_all(request).ok();
    }
    let answered = |connection: &mut TcpStream| connection.read(&mut [0; 4_096]).is_ok_and(|read| read > 0);
    let mut served = 0;
    within(Duration::from_secs(10), "answers to those who found room", || {
        served += idle.iter_mut().filter_map(|connection| answered(connection).then_some(())).count();
        (served >= 100).then_some(())
    });
    reader.get("/users/me").expect(200);
    let spent = processor_time(service.process());
    let start = Instant::now();
    within(Duration::from_mins(1), "time to pass", || (start.elapsed() > length).then_some(()));
    let spent = processor_time(service.process()) - spent;
    let percent = spent * 1_000 / u64::try_from(start.elapsed().as_millis()).unwrap();
    assert!(percent < 20, "it is busy with connections that do nothing: {spent} hundredths of a second");
    reader.get("/users/me").expect(200);
    drop(idle);
    let gone = Instant::now();
    within(promised(Duration::from_secs(5)), "an answer once they are gone", || {
        // Over a connection of its own: the reader has kept theirs.
        let bearer = format!("Bearer {}", reader.token);
        let answer =
            Http::at(service.address()).try_send("GET", "/user", &[("authorization", &bearer)], &Body::Empty);
        (answer.ok()?.status == 200).then_some(())
    });
    let well = gone.elapsed();
    assert_in_time(Duration::from_secs(5), well);
    service.report_attack(&format!(
        "{count} idle connections to 256 files, {percent} % of a processor, well after {well:.1?}"
    ));
    service.database().assert_sound();
}

#[test]
fn searches_among_very_many_people_keep_nobody_waiting() {
    let (count, length) =
        if is_long_run() { (100_000, Duration::from_secs(20)) } else { (10_000, Duration::from_secs(2)) };
    let service = Service::start();
    let administrator = service.administrator();
    fill(&service, count);
    let before = service.memory().own;
    let pages = count / 100;
    let lists = [
        "/users?search=e&limit=100".to_owned(),
        "/users?search=robin%20of&limit=100".to_owned(),
        "/users?search=nobody%20at%20all".to_owned(),
        "/users?search=9999".to_owned(),
        "/users?search=%25%25%25".to_owned(),
        format!("/users?limit=100&page={pages}"),
        format!("/users?search=o&limit=100&page={}", pages / 2),
    ];
    let answered = AtomicUsize::new(0);
    let p99 = read_meanwhile(&administrator, || {
        let start = Instant::now();
        thread::scope(|scope| {
            for n in 0..32 {
                let (lists, administrator, answered) = (&lists, &administrator, &answered);
                scope.spawn(move || {
                    for path in lists.iter().cycle().skip(n).take_while(|_| start.elapsed() < length) {
                        let answer = administrator.get(path);
                        if answer.status == 200 {
                            answered.fetch_add(1, Ordering::Relaxed);
                        } else {
                            answer.expect_problem(503, "unavailable");
                            answer.retry_after();
                        }
                    }
                });
            }
        });
    });
    let answered = answered.into_inner();
    assert!(answered > 0, "no search was answered");
    let found = administrator.get("/users?search=ROBIN&limit=1").expect(200);
    assert_eq!(found["total"], count, "each of them is found");
    service.report_attack(&format!("{answered} searches of 32 among {count} people, reads {p99:.1?}"));
    let after = service.memory().own;
    assert!(after < before + ROOM, "{before} bytes before, {after} after");
}

/// Puts many people beside the first on record.
fn fill(service: &Service, count: usize) {
    let id = match Engine::chosen() {
        Engine::Sqlite => "randomblob(16)",
        Engine::Postgres => "decode(md5(cast(number.n AS TEXT)), 'hex')",
    };
    service.tamper(&format!(
        "INSERT INTO users (
             id, version, created_at, updated_at, email, email_key, email_verified, first_name, last_name, name_key,
             folding_version, roles, administrator, disabled
         )
         WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
         SELECT
             {id}, 1, first.created_at, first.created_at, 'robin' || n || '@example.com',
             'robin' || n || '@example.com', first.email_verified, 'Robin', 'of ' || n, 'robin of ' || n,
             first.folding_version, 1, NOT first.administrator, first.disabled
         FROM number, (SELECT * FROM users WHERE administrator ORDER BY created_at LIMIT 1) AS first"
    ));
}

/// The time that a process spent on processors, in hundredths of a second.
fn processor_time(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
