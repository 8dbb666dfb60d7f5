use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::world::{CLIENT, Caller};

/// Each script is about another person; few, since every connection prepares the statements of each.
const SCRIPTS: usize = 8;
/// How often pgbench tries again what was in the way of others.
const TRIES: u32 = 20;

const USER: &str = "id, version, created_at, updated_at, email, email_key, fallback_email, fallback_email_key, \
    email_verified, first_name, last_name, description, job_title, locale, roles, disabled, group_id, \
    active_workspace, picture_sha256, picture_format, phone_e164, phone_country_code, phone_national_number, \
    phone_region";

/// PostgreSQL's own load generator, with prepared statements.
pub(crate) struct Pgbench {
    program: PathBuf,
    scripts: Vec<PathBuf>,
}

impl Pgbench {
    /// Reads the row of a user by its key.
    pub(crate) fn reading(callers: &[Caller], folder: &Path) -> anyhow::Result<Self> {
        Self::with(callers, folder, "reads", |_, caller| {
            format!("SELECT {USER} FROM users WHERE id = {};\n", bytes(&caller.id.to_string()))
        })
    }

    /// What a giving of access runs: who calls is looked up, and the rest is one transaction.
    pub(crate) fn giving(callers: &[Caller], givers: usize, folder: &Path) -> anyhow::Result<Self> {
        Self::with(callers, folder, "writes", |number, taker| {
            let giver = callers.get(number % givers).unwrap_or(taker);
            giving(giver, taker)
        })
    }

    fn with(
        callers: &[Caller],
        folder: &Path,
        name: &str,
        script: impl Fn(usize, &Caller) -> String,
    ) -> anyhow::Result<Self> {
        let mut scripts = Vec::new();
        for (number, caller) in callers.iter().rev().take(SCRIPTS).enumerate() {
            let path = folder.join(format!("{name}-{number}.sql"));
            fs::write(&path, script(number, caller))?;
            scripts.push(path);
        }
        Ok(Self { program: find()?, scripts })
    }

    /// Runs it with so many connections; answers how often a second.
    pub(crate) fn run(&self, url: &str, connections: usize, window: Duration) -> anyhow::Result<f64> {
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-j", "1", "-c", &connections.to_string()]).args([
            "-T",
            &window.as_secs().max(1).to_string(),
            "--max-tries",
            &TRIES.to_string(),
        ]);
        for script in &self.scripts {
            command.arg("-f").arg(script);
        }
        // As the service has it for its writes: else the small table of grants is scanned, and everybody is in the way.
        command.env("PGOPTIONS", "-c enable_seqscan=off");
        let output = command.arg(url).output().context("pgbench does not start")?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let rate =
            told.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench told no rate")?;
        Ok(rate.split(' ').next().unwrap_or_default().parse()?)
    }
}

fn giving(giver: &Caller, taker: &Caller) -> String {
    let (by, session) = (bytes(&giver.id.to_string()), bytes(&giver.session.to_string()));
    let (to, facility) =
        (bytes(&taker.id.to_string()), "decode(lpad(to_hex(:facility::bigint), 32, '0'), 'hex')");
    let of_user = "sessions.id, users.*";
    let mut script = format!(
        "\\set facility random(1, 9000000000000000000)\n\
         SELECT {of_user} FROM users JOIN sessions ON sessions.user_id = users.id JOIN clients \
         ON sessions.client_id = clients.id WHERE sessions.id = ANY(ARRAY[{session}]) AND NOT clients.disabled;\n\
         BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE;\n\
         SELECT * FROM clients WHERE id = '{CLIENT}';\n\
         SELECT * FROM sessions WHERE id = {session};\n"
    );
    for user in [&by, &to] {
        // A string takes whatever is written to it.
        let _ = writeln!(script, "SELECT {USER} FROM users WHERE id = {user};");
    }
    let event = format!(
        "'access.given', 1795954985350000, 'user', '{}', 'user', '{}', 'bench', \
         '{{\"facilityId\":\"84cd6d16-dd91-4c1a-9d31-bd1e58d920b2\",\"actions\":[\"doors.open\"],\"expiresAt\": null,\
         \"before\":{{\"facilityId\":\"84cd6d16-dd91-4c1a-9d31-bd1e58d920b2\",\"actions\":[],\"expiresAt\": null}}}}'",
        giver.id, taker.id
    );
    script
        + &format!(
            "SELECT * FROM facility_access WHERE user_id = {to} AND facility_id = {facility};\n\
             DELETE FROM facility_access WHERE user_id = {to} AND facility_id = {facility};\n\
             INSERT INTO facility_access (user_id, facility_id, actions, granted_by_user, granted_at) \
             VALUES ({to}, {facility}, 'doors.open', {by}, 1795954985350000);\n\
             INSERT INTO fresh_events (id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, \
             data) VALUES ({facility}, {event});\n\
             COMMIT;\n"
        )
}

/// The bytes of an id, as a literal.
fn bytes(id: &str) -> String {
    format!("'\\x{}'::bytea", id.replace('-', ""))
}

fn find() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain(debian);
    folders
        .find_map(|folder| Some(folder.join("pgbench")).filter(|program| program.is_file()))
        .context("pgbench is not installed: it comes with PostgreSQL")
}
