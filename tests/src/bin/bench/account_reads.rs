use std::time::Duration;

use crate::connection::Connection;
use crate::figures::{Figures, median_of, ratio};
use crate::load::{Load, NextRequest};
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::{Caller, World};

/// How many clients read at once.
const CLIENTS: usize = 32;
/// How many people they are, where the service can remember all of them.
const REMEMBERED: usize = 1_000;

/// S1: reading one's own account against a constant answer of the same size.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let data = world.copy()?;
    let roster = Server::roster(settings, world, data.path())?;
    let reads = requests(&world.callers);
    let (known, _) = reads.split_at(REMEMBERED.min(reads.len()));
    let constant = Server::constant(settings, body_size(&roster, known)?)?;
    let live = [b"GET /health/live HTTP/1.1\r\nHost: roster\r\n\r\n".to_vec()];
    let anything = [b"GET /user HTTP/1.1\r\nHost: roster\r\n\r\n".to_vec()];

    let mut rounds: [Vec<Figures>; 3] = Default::default();
    let [accounts, constants, lives] = &mut rounds;
    read(&roster, known, Duration::from_millis(500))?;
    for _ in 0..settings.rounds {
        accounts.push(read(&roster, known, settings.window)?);
        constants.push(read(&constant, &anything, settings.window)?);
        lives.push(read(&roster, &live, settings.window)?);
    }
    compare(report, "GET /user, 1,000 callers; constant body", accounts, constants, Goal::AtLeast(0.6));
    compare(report, "GET /user, 1,000 callers; /health/live", accounts, lives, Goal::None);

    let (mut accounts, mut constants) = (Vec::new(), Vec::new());
    for _ in 0..settings.rounds {
        accounts.push(read(&roster, &reads, settings.window)?);
        constants.push(read(&constant, &anything, settings.window)?);
    }
    let what = format!("GET /user, {} callers; constant body", reads.len());
    compare(report, &what, &accounts, &constants, Goal::None);
    report.note("S1", &format!("statuses of GET /user: {:?}", statuses(&accounts)));
    let anonymous = roster.memory()?.anonymous;
    report.row(&Row {
        line: "S10",
        what: "anonymous memory after all of S1, MiB",
        ours: figure(mebibytes(anonymous), ""),
        theirs: String::new(),
        ratio: mebibytes(anonymous),
        goal: Goal::AtMost(96.0),
    });
    Ok(())
}

/// The request of each caller.
pub(crate) fn requests(callers: &[Caller]) -> Vec<Vec<u8>> {
    let request = |caller: &Caller| {
        format!("GET /user HTTP/1.1\r\nHost: roster\r\nAuthorization: Bearer {}\r\n\r\n", caller.token)
    };
    callers.iter().map(|caller| request(caller).into_bytes()).collect()
}

/// Deals requests to clients, each of which sends its own over and over.
pub(crate) fn deal(requests: &[Vec<u8>], clients: usize) -> Vec<NextRequest> {
    let hand = |client: usize| -> NextRequest {
        let mut of_client: Vec<Vec<u8>> = requests.iter().skip(client).step_by(clients).cloned().collect();
        if of_client.is_empty() {
            of_client = requests.to_vec();
        }
        let mut next = of_client.into_iter().cycle();
        Box::new(move |into| into.extend(next.next().unwrap_or_default()))
    };
    (0..clients).map(hand).collect()
}

/// Lets all clients read for as long as a window.
pub(crate) fn read(server: &Server, requests: &[Vec<u8>], window: Duration) -> anyhow::Result<Figures> {
    let load = Load { address: server.address(), clients: deal(requests, CLIENTS), window, pace: None };
    let before = server.cpu()?;
    let figures = load.run()?;
    Ok(figures.with_cpu(server.cpu()?.saturating_sub(before)))
}

fn body_size(server: &Server, requests: &[Vec<u8>]) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(server.address()).await?;
        let answered = connection.exchange(requests.first().map_or(&[][..], Vec::as_slice)).await?;
        anyhow::ensure!(answered.status == 200, "GET /user was answered with {}", answered.status);
        Ok(answered.length)
    })
}

fn compare(report: &mut Report, what: &str, ours: &[Figures], theirs: &[Figures], goal: Goal) {
    let mut row = |in_what: &str, goal, value: fn(&Figures) -> f64| {
        report.row(&Row {
            line: "S1",
            what: &format!("{what}; {in_what}"),
            ours: figure(median_of(ours, value), ""),
            theirs: figure(median_of(theirs, value), ""),
            ratio: ratio(ours, theirs, value),
            goal,
        });
    };
    row("requests/s", goal, |figures| figures.rate);
    row("CPU µs", Goal::None, |figures| figures.cpu);
    row("p99 ms", Goal::None, |figures| figures.p99);
}

fn statuses(rounds: &[Figures]) -> std::collections::BTreeMap<u16, u64> {
    let mut all = std::collections::BTreeMap::new();
    for (status, count) in rounds.iter().flat_map(|figures| &figures.statuses) {
        *all.entry(*status).or_default() += count;
    }
    all
}

/// Bytes as people tell them.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    crate::figures::float(bytes) / 1_048_576.0
}
