use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

use crate::binary::Roster;
use crate::database::Database;
use crate::engine::Engine;
use crate::home::{Home, PUBLIC_URL};
use crate::http::Http;
use crate::log::Log;
use crate::memory::Memory;
use crate::template;
use crate::wait::within;

/// How long a service may take until it answers.
const START: Duration = Duration::from_secs(20);

/// How long a service may take to drain, and a little more.
const END: Duration = Duration::from_secs(40);

/// A running service in a home of its own. It ends with its test, which fails if anything broke inside meanwhile.
#[derive(Debug)]
pub struct Service {
    home: Home,
    run: Roster,
    http: Http,
    log: Log,
    child: Mutex<Child>,
}

/// How a service shall be started.
#[derive(Debug, Default)]
pub struct ServiceOptions {
    environment: Vec<(OsString, OsString)>,
    limits: Option<&'static str>,
    config: Option<PathBuf>,
    home: Option<Home>,
}

impl ServiceOptions {
    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With this settings file.
    #[must_use]
    pub fn configured_by(mut self, file: &Path) -> Self {
        self.config = Some(file.to_owned());
        self
    }

    /// Under limits that this shell command sets, such as `ulimit -n 256`.
    #[must_use]
    pub const fn under(mut self, limits: &'static str) -> Self {
        self.limits = Some(limits);
        self
    }

    /// On a data folder with nothing in it but this database and this master secret.
    #[must_use]
    pub fn on_restored(mut self, database: &Path, secret: &Path) -> Self {
        self.home = Some(Home::in_folder(template::restored_folder(database, secret)));
        self
    }

    /// With more variables.
    #[must_use]
    pub fn with_all(self, variables: impl IntoIterator<Item = (&'static str, OsString)>) -> Self {
        variables.into_iter().fold(self, |options, (name, value)| options.with(name, value))
    }

    /// On SQLite with its data folder in this one, under the name `data`, instead of a copy of the template.
    #[must_use]
    pub fn at(mut self, folder: TempDir) -> Self {
        self.home = Some(Home::in_folder(folder));
        self
    }

    /// On this database, whatever the run of the tests is about.
    #[must_use]
    pub fn on(mut self, engine: Engine) -> Self {
        self.home = Some(Home::furnished(engine));
        self
    }

    /// Starts it, and waits until it answers.
    pub fn start(self) -> Service {
        let home = self.home.unwrap_or_else(|| Home::furnished(Engine::chosen()));
        let mut arguments = vec![OsString::from("serve")];
        if let Some(file) = self.config {
            arguments.extend([OsString::from("--config"), file.into_os_string()]);
        }
        let mut run = home
            .command(arguments)
            .with("ROSTER_LISTEN", "127.0.0.1:0")
            .with("ROSTER_PUBLIC_URL", PUBLIC_URL)
            .with("ROSTER_LOG_FORMAT", "json");
        for (name, value) in self.environment {
            run = run.with(name, value);
        }
        if let Some(limits) = self.limits {
            run = run.under(limits);
        }
        let (child, log, address) = launch(&run);
        Service { home, run, http: Http::at(address), log, child: Mutex::new(child) }
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
        self.home.data()
    }

    /// Its database file, which there is on SQLite alone.
    pub fn database_file(&self) -> PathBuf {
        self.home.database_file()
    }

    /// The master secret with which it was first started.
    pub fn master_secret(&self) -> String {
        self.home.master_secret()
    }

    /// The bytes of everything that it keeps but the master secret, as they are now.
    pub fn stored(&self) -> Vec<Vec<u8>> {
        self.home.stored()
    }

    /// How many pictures it keeps.
    pub fn kept_pictures(&self) -> usize {
        self.home.kept_pictures()
    }

    /// Its database, to be looked at beside it.
    pub fn database(&self) -> Database {
        self.home.database()
    }

    /// Changes its database from outside, as nobody should while it runs.
    pub fn tamper(&self, statement: &str) {
        self.home.change(statement);
    }

    /// Like [`Service::tamper`], where neither references nor what columns may hold are minded.
    pub fn damage(&self, statement: &str) {
        self.home.change_unminded(statement);
    }

    /// What it wrote since it was last started.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child().id()
    }

    /// The memory that it holds.
    pub fn memory(&self) -> Memory {
        Memory::of(self.process())
    }

    /// Whether the process that was started still runs.
    pub fn is_running(&self) -> bool {
        self.child().try_wait().expect("the process can be asked").is_none()
    }

    /// A command beside the service, on what it keeps.
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Roster {
        self.home.command(arguments)
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&self) {
        let mut child = self.child();
        child.kill().expect("the process can be killed");
        child.wait().expect("the process ends");
    }

    /// Asks it to end as `kill` does, and waits.
    pub fn terminate(&self) -> ExitStatus {
        self.signal("TERM");
        self.ended()
    }

    /// Sends it a signal, named without `SIG`.
    pub fn signal(&self, name: &str) {
        // A shell can always send a signal; the program `kill` is not everywhere.
        let command = format!("kill -{name} {}", self.process());
        let sent = std::process::Command::new("sh").arg("-c").arg(command).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
    }

    /// Waits for its end.
    pub fn ended(&self) -> ExitStatus {
        within(END, "the end of the service", || self.has_ended())
    }

    /// How it ended, if it did.
    pub fn has_ended(&self) -> Option<ExitStatus> {
        self.child().try_wait().expect("the process can be asked")
    }

    /// Starts it again after its end, without waiting for anything; whoever starts it ends it.
    pub fn spawn_again(&self) -> (Child, Log) {
        self.run.spawn()
    }

    /// Ends it, and moves whatever is in the log of its database into the file, so that this alone is the database.
    pub fn end_in_one_file(&self) {
        assert!(self.terminate().success(), "it ends well");
        Database::fold_log_into(&self.database_file());
    }

    /// Starts it again after its end, with the same settings but for this one.
    pub fn restart_with(&mut self, name: &str, value: &str) {
        self.run = self.run.clone().with(name, value);
        self.restart();
    }

    /// Like [`Service::restart_with`], with the master secret in a file.
    pub fn restart_with_secret_file(&mut self, path: &Path) {
        self.run = self.run.clone().without("ROSTER_SECRET").with("ROSTER_SECRET_FILE", path);
        self.restart();
    }

    /// Starts it again after its end. Whoever called it before goes on calling it.
    pub fn restart(&mut self) {
        let (child, log, address) = launch(&self.run);
        *self.child() = child;
        self.log = log;
        self.http.move_to(address);
    }

    /// Stops it, moves the past of every session so many seconds back, and starts it again: what clients hold has aged so
    /// much without anybody waiting.
    pub fn age_sessions(&mut self, seconds: u32) {
        let by = i64::from(seconds) * 1_000_000;
        self.change_database(&format!(
            "UPDATE refresh_tokens SET expires_at = expires_at - {by}, used_at = used_at - {by};
             UPDATE sessions SET expires_at = expires_at - {by}, created_at = created_at - {by}, \
             last_used_at = last_used_at - {by};"
        ));
    }

    /// Stops it, moves the past of every signing key so many seconds back, and starts it again.
    pub fn age_keys(&mut self, seconds: u32) {
        let by = i64::from(seconds) * 1_000_000;
        self.change_database(&format!(
            "UPDATE signing_keys SET created_at = created_at - {by}, signs_from = signs_from - {by};"
        ));
    }

    fn change_database(&mut self, statements: &str) {
        self.kill();
        self.home.change(statements);
        self.restart();
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
        drop(child);
        if !thread::panicking() {
            self.log.assert_nothing_broke();
        }
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
