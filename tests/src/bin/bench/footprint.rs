use std::fs;
use std::thread;
use std::time::Duration;

use crate::account_reads::mebibytes;
use crate::figures::median;
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::World;

/// How long a service does nothing before its memory counts.
const IDLE: Duration = Duration::from_secs(10);

/// S10: idle memory, the time to get ready, the size of the binary.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let data = world.copy()?;
    let mut started_in = Vec::new();
    for _ in 0..settings.rounds {
        started_in.push(Server::roster(settings, world, data.path())?.started_in().as_secs_f64() * 1_000.0);
    }
    let server = Server::roster(settings, world, data.path())?;
    thread::sleep(IDLE);
    let memory = server.memory()?;
    let binary = fs::metadata(&settings.roster)?.len();
    let mut row = |what, value, most| {
        let (ours, theirs) = (figure(value, ""), String::new());
        report.row(&Row { line: "S10", what, ours, theirs, ratio: value, goal: Goal::AtMost(most) });
    };
    row("idle memory, anonymous, MiB", mebibytes(memory.anonymous), 20.0);
    row("idle memory, all that is resident, MiB", mebibytes(memory.resident), 20.0);
    row("start to ready, ms", median(started_in), 300.0);
    row("release binary, MiB", mebibytes(binary), 25.0);
    Ok(())
}
