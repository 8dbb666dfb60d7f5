use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use crate::account_reads::{deal, requests};
use crate::figures::{Figures, median_of, ratio};
use crate::load::{Load, NextRequest};
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::{CLIENT, Caller, PASSWORD, World};

/// How many sign in at once.
const SIGN_INS: usize = 64;
/// How many read meanwhile, each at this pace: some 2,000 requests a second, which leaves the machine room.
const READERS: usize = 16;
const PACE: Duration = Duration::from_millis(8);

/// S7: how long reads take while many sign in.
///
/// Each window has a fresh server, since what waits to be hashed outlives its clients.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let data = world.copy()?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut sign_ins = BTreeMap::<u16, u64>::new();
    let window = settings.window.max(Duration::from_secs(4));
    for _ in 0..settings.rounds {
        let server = Server::roster(settings, world, data.path())?;
        without.push(read(&server, world, window)?);
        let address = server.address();
        let people = world.callers.iter().take(SIGN_INS).cloned().collect::<Vec<_>>();
        let signing_in = thread::spawn(move || sign_in(address, &people, window + Duration::from_secs(1)));
        thread::sleep(Duration::from_millis(500));
        with.push(read(&server, world, window)?);
        let ended = signing_in.join().map_err(|_| anyhow::anyhow!("the sign-ins panicked"))??;
        for (status, count) in ended.statuses {
            *sign_ins.entry(status).or_default() += count;
        }
    }
    compare(report, &with, &without);
    report.note("S7", &format!("statuses of the sign-ins: {sign_ins:?}"));
    Ok(())
}

fn read(server: &Server, world: &World, window: Duration) -> anyhow::Result<Figures> {
    let reads = requests(world.callers.get(..1_000).unwrap_or(&world.callers));
    let load =
        |window| Load { address: server.address(), clients: deal(&reads, READERS), window, pace: Some(PACE) };
    load(Duration::from_millis(200)).run()?;
    let figures = load(window).run()?;
    anyhow::ensure!(
        figures.statuses.keys().all(|status| *status == 200),
        "reads failed: {:?}",
        figures.statuses
    );
    Ok(figures)
}

fn sign_in(address: SocketAddr, people: &[Caller], window: Duration) -> anyhow::Result<Figures> {
    let clients = people.iter().map(signing_in).collect();
    Load { address, clients, window, pace: None }.run()
}

fn signing_in(person: &Caller) -> NextRequest {
    let password = PASSWORD.replace(' ', "+").replace(',', "%2C");
    let body = format!(
        "grant_type=password&client_id={CLIENT}&username={}&password={password}",
        person.email.replace('@', "%40")
    );
    Box::new(move |into| {
        // A vector takes whatever is written to it.
        let _ = write!(
            into,
            "POST /oauth/token HTTP/1.1\r\nHost: roster\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len(),
        );
    })
}

fn compare(report: &mut Report, with: &[Figures], without: &[Figures]) {
    let mut row = |what: &str, goal, value: fn(&Figures) -> f64| {
        report.row(&Row {
            line: "S7",
            what: &format!("GET /user while {SIGN_INS} sign in; without them; {what}"),
            ours: figure(median_of(with, value), ""),
            theirs: figure(median_of(without, value), ""),
            ratio: ratio(with, without, value),
            goal,
        });
    };
    row("p99 ms", Goal::AtMost(3.0), |figures| figures.p99);
    row("p50 ms", Goal::None, |figures| figures.p50);
    row("requests/s", Goal::None, |figures| figures.rate);
}
