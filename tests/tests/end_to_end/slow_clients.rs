//! Those who take their time with what they send or with what they are sent: they are shut out, and disturb nobody meanwhile.

use roster_tests::{Crowd, Service, allow_many_files, assert_in_time, is_long_run};
use std::time::Duration;

use crate::overload::read_meanwhile;

/// How long the service puts up with anybody, fifteen seconds, and a moment until that is seen.
const PATIENCE: Duration = Duration::from_secs(16);

/// How much memory the service may hold with all of them, in bytes.
const MEMORY: u64 = 128 << 20;

/// How much memory the system may hold for all connections of the machine, in bytes.
const SYSTEM: u64 = 512 << 20;

/// Has many at once take their time, in a long run for a minute, and looks at how long they could.
fn crowd(
    service: &Service,
    name: &str,
    begin: impl Into<String>,
    drip: &'static str,
    takes_little: bool,
) -> Vec<u16> {
    allow_many_files();
    let (size, time) = if is_long_run() { (1_000, Duration::from_mins(1)) } else { (300, Duration::ZERO) };
    let crowd = Crowd { size, begin: begin.into(), drip, takes_little };
    let (reader, bystander) = (service.user("tech"), service.bystander());
    let mut dispersed = None;
    let p99 = read_meanwhile(&reader, || dispersed = Some(crowd.gather(service.address(), time)));
    let dispersed = dispersed.unwrap();
    let longest = dispersed.longest;
    assert_in_time(PATIENCE, longest);
    service.report_attack(&format!(
        "{name}, {size} at once and {} in all, the last of them shut out after {longest:.1?}, reads {p99:.1?}, {} MiB of the system",
        dispersed.connections,
        dispersed.memory_of_connections >> 20
    ));
    assert!(dispersed.memory_of_connections < SYSTEM, "{} bytes", dispersed.memory_of_connections);
    assert!(service.memory().most < MEMORY, "{} bytes", service.memory().most);
    service.assert_unharmed(&bystander);
    dispersed.statuses.into_iter().collect()
}

#[test]
fn whoever_sends_a_head_slowly_is_shut_out() {
    let service = Service::start();
    let begin = "GET /user HTTP/1.1\r\nHost: x\r\nX-Slow: a";
    let statuses = crowd(&service, "slow heads", begin, "a", false);
    assert!(statuses.iter().all(|status| *status == 408), "{statuses:?}");
}

#[test]
fn whoever_sends_a_body_slowly_is_shut_out() {
    let service = Service::start();
    let begin = format!(
        "PATCH /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 1000\r\n\r\n{{",
        service.user("tech").token
    );
    let statuses = crowd(&service, "slow bodies", begin, " ", false);
    assert!(statuses.iter().all(|status| *status == 408), "{statuses:?}");
}

#[test]
fn whoever_reads_an_answer_slowly_is_shut_out() {
    let service = Service::start();
    let begin = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n";
    let statuses = crowd(&service, "slow readers", begin, "\r\n", true);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}
