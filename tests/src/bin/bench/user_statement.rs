use roster_adapter_diesel::SqliteOptions;
use roster_domain::{SessionId, UserId};
use roster_usecases::Ports;
use rusqlite::{Connection, OpenFlags, Statement};
use std::hint::black_box;
use std::time::Duration;

use crate::figures::median;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::World;

/// How many reads make a round.
const READS: usize = 50_000;

/// The columns that the adapter reads, which are all but those that are derived for ordering and searching.
const COLUMNS: &str = "users.id, version, users.created_at, updated_at, email, email_key, fallback_email, \
    fallback_email_key, email_verified, first_name, last_name, description, job_title, locale, roles, users.disabled, \
    group_id, active_workspace, picture_sha256, picture_format, phone_e164, phone_country_code, \
    phone_national_number, phone_region";

type Ids = (UserId, SessionId);

/// S3: a user read inside the adapter against the same statement, prepared once, through the thinnest safe wrapper.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let file = World::database(world.original());
    // One remembered caller, so that every read is one.
    let options = SqliteOptions { readers: 1, cached_callers: 1, ..SqliteOptions::at(&file) };
    let ports = world.ports(&options, world.original())?;
    let raw = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    raw.execute_batch("PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -2000;")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ids = world.callers.iter().map(|caller| (caller.id, caller.session));
    let callers: Vec<Ids> = ids.cycle().take(READS).collect();

    let mut rounds: [Vec<f64>; 4] = Default::default();
    for round in 0..=settings.rounds {
        let of_round = [
            cpu_of_each(|| runtime.block_on(read_users(&ports, &callers)))?,
            cpu_of_each(|| read_raw_users(&raw, &callers))?,
            cpu_of_each(|| runtime.block_on(read_callers(&ports, &callers)))?,
            cpu_of_each(|| read_raw_callers(&raw, &callers))?,
        ];
        // The first round warms up.
        if round > 0 {
            for (figures, of_round) in rounds.iter_mut().zip(of_round) {
                figures.push(of_round);
            }
        }
    }
    let [users, raw_users, hot, raw_hot] = &rounds;
    compare(report, "one user by id, in one snapshot; raw statement; CPU µs", users, raw_users);
    compare(report, "a caller with session and client; raw statement; CPU µs", hot, raw_hot);
    Ok(())
}

/// Each in the same snapshot, so that the statement and its row are what is measured.
async fn read_users(ports: &Ports, callers: &[Ids]) -> anyhow::Result<()> {
    let callers = callers.to_vec();
    let read = ports.store.read(move |tx| {
        for (user, _) in &callers {
            black_box(tx.users().user(*user)?);
        }
        Ok(())
    });
    Ok(read.await?)
}

async fn read_callers(ports: &Ports, callers: &[Ids]) -> anyhow::Result<()> {
    for (user, session) in callers {
        let found = ports.store.caller(*user, *session).await?;
        anyhow::ensure!(black_box(found).is_some(), "a caller is gone");
    }
    Ok(())
}

/// In one snapshot too.
fn read_raw_users(raw: &Connection, callers: &[Ids]) -> anyhow::Result<()> {
    let mut statement = raw.prepare(&format!("SELECT {COLUMNS} FROM users WHERE id = ?"))?;
    raw.execute_batch("BEGIN")?;
    for (user, _) in callers {
        read_raw(&mut statement, [user.uuid().as_bytes()])?;
    }
    Ok(raw.execute_batch("ROLLBACK")?)
}

fn read_raw_callers(raw: &Connection, callers: &[Ids]) -> anyhow::Result<()> {
    let mut statement = raw.prepare(&format!(
        "SELECT {COLUMNS} FROM users JOIN sessions ON sessions.user_id = users.id \
         JOIN clients ON clients.id = sessions.client_id \
         WHERE users.id = ? AND sessions.id = ? AND NOT clients.disabled"
    ))?;
    for (user, session) in callers {
        read_raw(&mut statement, [user.uuid().as_bytes(), session.uuid().as_bytes()])?;
    }
    Ok(())
}

fn read_raw<const N: usize>(statement: &mut Statement<'_>, ids: [&[u8; 16]; N]) -> anyhow::Result<()> {
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(ids))?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    for column in 0..columns {
        black_box(row.get_ref(column)?);
    }
    Ok(())
}

/// The CPU time that one of the reads took, in µs.
fn cpu_of_each(read: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let before = cpu();
    read()?;
    let reads = u32::try_from(READS)?;
    Ok((cpu().saturating_sub(before) / reads).as_secs_f64() * 1_000_000.0)
}

/// The CPU time of this process.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn compare(report: &mut Report, what: &str, ours: &[f64], theirs: &[f64]) {
    report.row(&Row {
        line: "S3",
        what,
        ours: figure(median(ours.iter().copied()), ""),
        theirs: figure(median(theirs.iter().copied()), ""),
        ratio: median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs)),
        goal: Goal::AtMost(1.5),
    });
}
