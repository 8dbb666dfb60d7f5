use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::account_reads::{read, requests};
use crate::figures::{Figures, median, median_of, ratio};
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::{Caller, World};

/// How many decisions one batch asks for.
const BATCH: usize = 100;
/// How many people ask, where the service can remember all that is on record for them.
const REMEMBERED: usize = 100;
/// How many ask where it cannot: at a hundred facilities each.
const MANY: usize = 1_000;

/// S8: decisions about access, one at a time and a hundred at once, against reading one's own account; half of the grants that
/// are asked for are there.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let data = world.copy()?;
    grant_access(&World::database(data.path()), settings.grants)?;
    let roster = Server::roster(settings, world, data.path())?;
    let many = world.callers.get(..MANY).unwrap_or(&world.callers);
    let few = many.get(..REMEMBERED).unwrap_or(many);
    let accounts = requests(many);
    for (whom, what_one, what_many) in [
        (few, "a decision; GET /user; requests/s", "100 decisions at once; one; ms each"),
        (many, "the same, read from the file; GET /user", "the same, read from the file; one"),
    ] {
        // About others only administrators may ask; about oneself anybody.
        let single: Vec<_> =
            (0..BATCH).flat_map(|number| whom.iter().map(move |by| one(by, number))).collect();
        let batches: Vec<_> = whom.iter().map(|by| asking(by, "evaluations", &batch(by))).collect();
        let mut rounds: [Vec<Figures>; 3] = Default::default();
        let [reads, singles, of_hundred] = &mut rounds;
        for warm in [&accounts, &single, &batches] {
            read(&roster, warm, Duration::from_millis(500))?;
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
            what: what_one,
            ours: figure(median_of(singles, |figures| figures.rate), ""),
            theirs: figure(median_of(reads, |figures| figures.rate), ""),
            ratio: ratio(singles, reads, |figures| figures.rate),
            goal: Goal::AtLeast(0.8),
        });
        report.row(&Row {
            line: "S8",
            what: what_many,
            ours: figure(median_of(of_hundred, |figures| 32_000.0 / figures.rate), ""),
            theirs: figure(median_of(singles, |figures| 32_000.0 / figures.rate), ""),
            ratio: median(of_hundred.iter().zip(singles.iter()).map(|(many, one)| one.rate / many.rate)),
            goal: Goal::AtMost(8.0),
        });
    }
    Ok(())
}

/// Gives everybody this many grants, at every other one of the facilities that are asked about.
fn grant_access(database: &Path, each: u32) -> anyhow::Result<()> {
    let connection = rusqlite::Connection::open(database)?;
    connection.execute(
        "WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 2 FROM place WHERE n / 2 + 1 < ?1)
         INSERT INTO facility_access (user_id, facility_id, actions, granted_by_client, granted_at)
         SELECT users.id, unhex(printf('16f0cbe3bc7545ea9168%012x', place.n)), 'doors:open', 'bench', 0
         FROM users, place",
        [each],
    )?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn one(by: &Caller, number: usize) -> Vec<u8> {
    asking(by, "evaluation", &question(by, number))
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
