//! Too many, too slow and too large: the service stays small, sheds what it cannot bear, and goes on answering others.

use roster_tests::{Actor, Body, RawSocket, Service, eventually, is_long_run, within};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How much own memory an attack may add, in bytes.
const ROOM: u64 = 32 << 20;

/// Longer than anything that the service lets arrive slowly.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who reads while others attack: every read must be answered.
fn read_meanwhile(reader: &Actor, attack: impl FnOnce()) {
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
    println!("{} reads meanwhile, p99 {p99:?}", sorted.len());
    // On a busy machine a short run says nothing about time.
    assert!(!is_long_run() || p99 <= Duration::from_secs(1), "{p99:?}");
}

fn slow(service: &Service, count: usize, begin: &str) -> Vec<RawSocket> {
    let connect = |_| {
        let mut socket = RawSocket::connect(service.address());
        socket.send(begin);
        socket
    };
    (0..count).map(connect).collect()
}

#[test]
fn those_who_send_slowly_are_shut_out_and_disturb_nobody() {
    let service = Service::start();
    let reader = service.user("tech");
    let count = if is_long_run() { 1_000 } else { 300 };
    let body = format!(
        "PATCH /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 1000\r\n\r\n{{",
        reader.token
    );
    for begin in ["GET /user HTTP/1.1\r\nHost: x\r\nX-Slow: a", &body] {
        read_meanwhile(&reader, || {
            for mut socket in slow(&service, count, begin) {
                let answer = socket.read(PATIENCE);
                assert!(answer.is_closed, "{answer:?}");
                assert!(answer.statuses().iter().all(|status| *status == 408), "{answer:?}");
            }
        });
    }
    assert!(service.is_running());
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
    read_meanwhile(&administrator, || {
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
    println!("own memory before and after: {before}, {after} bytes");
    assert!(after < before + ROOM, "{before} bytes before, {after} after");
}

#[test]
fn more_connections_than_files_are_shed_and_all_is_well_when_they_are_gone() {
    let service = Service::options().under("ulimit -n 256").start();
    let reader = service.user("tech");
    let idle = slow(&service, 600, "");
    // Whoever is served already goes on; whoever comes now may have to wait.
    let spent = processor_time(service.process());
    let start = Instant::now();
    eventually("a second to pass", || (start.elapsed() > Duration::from_secs(1)).then_some(()));
    let spent = processor_time(service.process()) - spent;
    assert!(spent < 50, "it is busy with connections that do nothing: {spent} hundredths of a second");
    drop(idle);
    within(Duration::from_secs(5), "an answer once they are gone", || {
        let fresh = service.nobody().with_token(&reader.token);
        (fresh.try_send("GET", "/user", &[], &Body::Empty).ok()?.status == 200).then_some(())
    });
    service.database().assert_sound();
}

/// The time that a process spent on processors, in hundredths of a second.
fn processor_time(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
