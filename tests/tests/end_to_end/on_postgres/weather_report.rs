//! What is looked at while a database fails, and when it is well again.

use roster_tests::{
    Actor, Body, Replicas, Service, ServiceOptions, assert_in_time, let_pass, promised, within,
};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long an answer may take while the database fails.
const ANSWER: Duration = Duration::from_secs(5);

/// The way there and back on a machine that is busy with the tests themselves.
const WAY: Duration = Duration::from_millis(750);

/// How long after its database a service may be unwell.
const RECOVERY: Duration = Duration::from_secs(5);

/// How long it may take to say that the service lives.
const LIVE: Duration = Duration::from_millis(100);

/// Most that the threads and the own memory of a service may grow by while its database fails.
const MORE_THREADS: usize = 160;
const MORE_MEMORY: u64 = 64 << 20;

/// Tokens that outlive the longest run, and limits that people who share one address do not reach.
pub(super) fn patient(options: ServiceOptions) -> ServiceOptions {
    options.with("ROSTER_ACCESS_TOKEN_TTL", "86400").with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "100000")
}

/// Waits until every instance reads and writes again; answers how long that took.
#[track_caller]
pub(super) fn recovered(replicas: &Replicas, administrator: &Actor) -> Duration {
    let since = Instant::now();
    let path = format!("/users/{}", administrator.id);
    for instance in replicas.instances() {
        let by = administrator.at(instance);
        let body = serde_json::json!({ "description": format!("{:?}", Instant::now()) });
        within(promised(RECOVERY), "service after an outage", || {
            let is_served = |method, path, body: &Body| {
                by.try_send(method, path, &[], body).is_ok_and(|answer| answer.status == 200)
            };
            (is_served("GET", "/health/ready", &Body::Empty)
                && is_served("GET", "/user", &Body::Empty)
                && is_served("PATCH", &path, &body.clone().into()))
            .then_some(())
        });
    }
    since.elapsed()
}

/// No answer came later than promised.
#[track_caller]
pub(super) fn assert_answered_in_time(slowest: Duration) {
    assert_in_time(ANSWER + WAY, slowest);
}

/// The size of a service before its database fails.
#[derive(Clone, Copy)]
pub(super) struct Size {
    threads: usize,
    own: u64,
}

impl Size {
    pub(super) fn of(service: &Service) -> Self {
        let threads = fs::read_dir(format!("/proc/{}/task", service.process())).unwrap().count();
        Self { threads, own: service.memory().own }
    }

    #[track_caller]
    pub(super) fn assert_bounded(self, by_now: Self) {
        assert!(by_now.threads <= self.threads + MORE_THREADS, "{self} before, {by_now} now");
        assert!(by_now.own <= self.own + MORE_MEMORY, "{self} before, {by_now} now");
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} threads and {} MiB", self.threads, self.own >> 20)
    }
}

/// Asks whether the service lives, all the time while something else goes on; it must say so at once.
#[track_caller]
pub(super) fn lives_meanwhile<T>(service: &Service, meanwhile: impl FnOnce() -> T) -> (T, Duration) {
    let is_over = AtomicBool::new(false);
    let (ended, mut times) = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                let began = Instant::now();
                service.nobody().get("/health/live").expect_status(200);
                times.push(began.elapsed());
                let_pass(Duration::from_millis(20));
            }
            times
        });
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
        is_over.store(true, Ordering::SeqCst);
        let times = asking.join().unwrap();
        (ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)), times)
    });
    times.sort();
    let median = times[times.len() / 2];
    assert_in_time(LIVE, median);
    (ended, median)
}
