use std::time::Duration;

use crate::access_writes::{Facilities, give};
use crate::account_reads::{read, requests};
use crate::database_server::ServerDatabase;
use crate::figures::{Figures, median, median_of};
use crate::pgbench::Pgbench;
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::World;

/// How many clients call at once, and how many connections pgbench has.
const CLIENTS: usize = 32;

/// S2: reads and writes through the service against the same statements by PostgreSQL's own load generator.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let database = ServerDatabase::copy_of(world, settings)?;
    let folder = tempfile::Builder::new().prefix("server-").tempdir_in(&settings.out)?;
    let roster = Server::on_postgres(settings, world, &database, folder.path())?;
    let known = world.callers.get(..1_000).unwrap_or(&world.callers);
    let reads = requests(known);
    let reading = Pgbench::reading(known, folder.path())?;
    let giving = Pgbench::giving(known, CLIENTS, folder.path())?;
    let mut facilities = Facilities::default();

    read(&roster, &reads, Duration::from_millis(500))?;
    let (mut accounts, mut rows, mut given, mut giving_rates) = (vec![], vec![], vec![], vec![]);
    for _ in 0..settings.rounds {
        accounts.push(read(&roster, &reads, settings.window)?);
        rows.push(reading.run(database.url(), CLIENTS, settings.window)?);
        given.push(give(settings, &roster, world, CLIENTS, &mut facilities)?);
        giving_rates.push(giving.run(database.url(), CLIENTS, settings.window)?);
    }
    let what = format!("GET /user on PostgreSQL, {CLIENTS} clients; pgbench, the same row; a second");
    compare(report, &what, &accounts, &rows, Goal::AtLeast(0.6));
    let what =
        format!("give_access on PostgreSQL, {CLIENTS} clients; pgbench, the same statements; a second");
    compare(report, &what, &given, &giving_rates, Goal::AtLeast(0.7));
    Ok(())
}

fn compare(report: &mut Report, what: &str, ours: &[Figures], theirs: &[f64], goal: Goal) {
    report.row(&Row {
        line: "S2",
        what,
        ours: figure(median_of(ours, |figures| figures.rate), ""),
        theirs: figure(median(theirs.iter().copied()), ""),
        ratio: median(ours.iter().zip(theirs).map(|(ours, theirs)| ours.rate / theirs)),
        goal,
    });
    report.note(
        "S2",
        &format!(
            "p99 {} ms, CPU {} µs each",
            figure(median_of(ours, |f| f.p99), ""),
            figure(median_of(ours, |f| f.cpu), "")
        ),
    );
}
