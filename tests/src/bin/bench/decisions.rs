use std::io::Write as _;
use std::time::Duration;

use crate::account_reads::{read, requests};
use crate::figures::{Figures, median, median_of, ratio};
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::{Caller, World};

/// How many decisions one batch asks for.
const BATCH: usize = 100;

/// S8: decisions about access, one at a time and a hundred at once, against reading one's own account.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let data = world.copy()?;
    let roster = Server::roster(settings, world, data.path())?;
    let known = world.callers.get(..1_000).unwrap_or(&world.callers);
    let accounts = requests(known);
    let single: Vec<_> = known.iter().map(|by| asking(by, "evaluation", &question(by, 0))).collect();
    // About others only administrators may ask; about oneself anybody.
    let batches: Vec<_> = known.iter().map(|by| asking(by, "evaluations", &batch(by))).collect();
    let mut rounds: [Vec<Figures>; 3] = Default::default();
    let [reads, singles, of_hundred] = &mut rounds;
    for warm in [&accounts, &single, &batches] {
        read(&roster, warm, Duration::from_millis(300))?;
    }
    for _ in 0..settings.rounds {
        reads.push(read(&roster, &accounts, settings.window)?);
        singles.push(read(&roster, &single, settings.window)?);
        of_hundred.push(read(&roster, &batches, settings.window)?);
    }
    for figures in singles.iter().chain(of_hundred.iter()) {
        anyhow::ensure!(figures.statuses.keys().all(|status| *status == 200), "{:?}", figures.statuses);
    }
    report.row(&Row {
        line: "S8",
        what: "a decision; GET /user; requests/s",
        ours: figure(median_of(singles, |figures| figures.rate), ""),
        theirs: figure(median_of(reads, |figures| figures.rate), ""),
        ratio: ratio(singles, reads, |figures| figures.rate),
        goal: Goal::AtLeast(0.8),
    });
    report.row(&Row {
        line: "S8",
        what: "100 decisions at once; one; ms each",
        ours: figure(median_of(of_hundred, |figures| 32_000.0 / figures.rate), ""),
        theirs: figure(median_of(singles, |figures| 32_000.0 / figures.rate), ""),
        ratio: median(of_hundred.iter().zip(singles.iter()).map(|(many, one)| one.rate / many.rate)),
        goal: Goal::AtMost(8.0),
    });
    Ok(())
}

fn question(by: &Caller, number: usize) -> String {
    format!(
        r#"{{"subject":{{"type":"user","id":"{}"}},"action":{{"name":"doors:open"}},"resource":{{"type":"facility","id":"16f0cbe3-bc75-45ea-9168-{number:012x}"}}}}"#,
        by.id
    )
}

fn batch(by: &Caller) -> String {
    let items: Vec<String> = (0..BATCH).map(|number| question(by, number)).collect();
    format!(r#"{{"evaluations":[{}]}}"#, items.join(","))
}

fn asking(by: &Caller, what: &str, body: &str) -> Vec<u8> {
    let mut request = Vec::new();
    // A vector takes whatever is written to it.
    let _ = write!(
        request,
        "POST /access/v1/{what} HTTP/1.1\r\nHost: roster\r\nAuthorization: Bearer {}\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        by.token,
        body.len()
    );
    request
}
