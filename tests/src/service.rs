use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

use crate::binary::Roster;
use crate::database::Database;
use crate::http::Http;
use crate::log::Log;
use crate::template;
use crate::wait::within;

/// How long a service may take until it answers.
const START: Duration = Duration::from_secs(20);

/// The issuer of the services under test: no address, so that a link made from a request would be seen.
pub const PUBLIC_URL: &str = "https://roster.test";

/// A running service on a data folder of its own. It ends with its test.
#[derive(Debug)]
pub struct Service {
    folder: TempDir,
    run: Roster,
    http: Http,
    log: Log,
    child: Mutex<Child>,
}

/// How a service shall be started.
#[derive(Debug, Clone, Default)]
pub struct ServiceOptions {
    environment: Vec<(OsString, OsString)>,
}

impl ServiceOptions {
    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts it, and waits until it answers.
    pub fn start(self) -> Service {
        let folder = template::data_folder();
        let mut run = Roster::new(["serve"])
            .on(&folder.path().join(template::DATA))
            .with("ROSTER_LISTEN", "127.0.0.1:0")
            .with("ROSTER_PUBLIC_URL", PUBLIC_URL)
            .with("ROSTER_LOG_FORMAT", "json");
        for (name, value) in self.environment {
            run = run.with(name, value);
        }
        let (child, log, address) = launch(&run);
        Service { folder, run, http: Http::at(address), log, child: Mutex::new(child) }
    }
}

impl Service {
    /// A service with the usual settings, the cheapest hashing, and the template's administrator and client.
    pub fn start() -> Self {
        ServiceOptions::default().start()
    }

    /// One with other settings.
    pub fn options() -> ServiceOptions {
        ServiceOptions::default()
    }

    /// Where it listens now.
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// Sends requests to it.
    pub const fn http(&self) -> &Http {
        &self.http
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(template::DATA)
    }

    /// Its database file.
    pub fn database_file(&self) -> PathBuf {
        self.data().join("roster.db")
    }

    /// Its database, to be looked at beside it.
    pub fn database(&self) -> Database {
        Database::open(&self.database_file())
    }

    /// What it wrote since it was last started.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child().id()
    }

    /// The most memory that its process had at once until now, in bytes, with what is mapped from files.
    pub fn most_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The memory that its process has now, in bytes, with what is mapped from files.
    pub fn memory_now(&self) -> u64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.process());
        let status = std::fs::read_to_string(path).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("there is such a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Whether the process that was started still runs.
    pub fn is_running(&self) -> bool {
        self.child().try_wait().expect("the process can be asked").is_none()
    }

    /// A command beside the service, on the same data folder.
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Roster {
        Roster::new(arguments).on(&self.data())
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&self) {
        let mut child = self.child();
        child.kill().expect("the process can be killed");
        child.wait().expect("the process ends");
    }

    /// Asks it to end as `kill` does, and waits.
    pub fn terminate(&self) -> ExitStatus {
        let mut child = self.child();
        // A shell can always send a signal; the program `kill` is not everywhere.
        let signal = std::process::Command::new("sh").arg("-c").arg(format!("kill {}", child.id())).status();
        assert!(signal.is_ok_and(|status| status.success()), "the signal is sent");
        within(START, "the end of the service", || child.try_wait().expect("the process can be asked"))
    }

    /// Starts it again after its end, with the same settings but for this one.
    pub fn restart_with(&mut self, name: &str, value: &str) {
        self.run = self.run.clone().with(name, value);
        self.restart();
    }

    /// Starts it again after its end. Whoever called it before goes on calling it.
    pub fn restart(&mut self) {
        let (child, log, address) = launch(&self.run);
        *self.child() = child;
        self.log = log;
        self.http.move_to(address);
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let mut child = self.child();
        child.kill().ok();
        child.wait().ok();
    }
}

fn launch(run: &Roster) -> (Child, Log, SocketAddr) {
    let (mut child, log) = run.spawn();
    let address = within(START, "the ready line", || {
        let address = log.events().iter().find_map(ready_address);
        if address.is_none()
            && let Some(status) = child.try_wait().expect("the process can be asked")
        {
            panic!("the service ended with {status}: {:#?}", log.lines());
        }
        address
    });
    (child, log, address)
}

/// The address in the line in which the service says that it listens.
fn ready_address(event: &serde_json::Value) -> Option<SocketAddr> {
    let is_ready = event["message"] == "listening";
    event["address"].as_str().filter(|_| is_ready)?.parse().ok()
}
