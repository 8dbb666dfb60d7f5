use anyhow::Context;
use std::env;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How to measure, from the environment.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How many users the database holds (`BENCH_USERS`).
    pub(crate) users: usize,
    /// How many grants of access everybody has, where decisions are measured (`BENCH_GRANTS`).
    pub(crate) grants: u32,
    /// How often each thing is measured (`BENCH_ROUNDS`).
    pub(crate) rounds: usize,
    /// How long each time (`BENCH_SECONDS`).
    pub(crate) window: Duration,
    /// The release binary of the service (`BENCH_ROSTER`).
    pub(crate) roster: PathBuf,
    /// Where data and report go, on a real disk (`BENCH_OUT`).
    pub(crate) out: PathBuf,
}

impl Settings {
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let path = |name| env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"));
        Ok(Self {
            users: number("BENCH_USERS", 100_000)?,
            grants: number("BENCH_GRANTS", 50)?,
            rounds: number("BENCH_ROUNDS", 5)?,
            window: Duration::from_secs(number("BENCH_SECONDS", 2)?),
            roster: path("BENCH_ROSTER")?,
            out: path("BENCH_OUT")?,
        })
    }
}

fn number<T: FromStr>(name: &str, default: T) -> anyhow::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} must be a number")),
        Err(_) => Ok(default),
    }
}
