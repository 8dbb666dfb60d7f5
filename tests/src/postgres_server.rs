//! A PostgreSQL server of a test's own, which it may restart, kill and replace.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

use crate::missing::needed;
use crate::server_sql::ServerSql;
use crate::wait::within;

/// A running server with its data in a temporary folder. It is killed with its test.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempDir,
    installed: Installed,
    port: u16,
    databases: AtomicU32,
}

/// Where the server's programs lie, and who may run them.
#[derive(Debug, Clone)]
struct Installed {
    programs: PathBuf,
    /// The server refuses to run as root: then somebody else runs it.
    owner: Option<(u32, u32)>,
}

/// What a server for tests needs: little memory, its port, and no socket in a folder that others share.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 120\n\
    shared_buffers = '32MB'\nwal_keep_size = '64MB'\nmax_wal_senders = 4\nhot_standby = on\n\
    restart_after_crash = on\nwal_receiver_status_interval = '1s'\n";

/// The user, and the superuser of the server.
const USER: &str = "postgres";

impl PostgresServer {
    /// Makes an empty server and starts it. None, which is told loudly, where its programs are not installed.
    pub fn start() -> Option<Self> {
        let programs =
            needed(find_programs(), "PostgreSQL is not installed: no server of a test's own failed")?;
        let server = Self::in_new_folder(Installed { programs, owner: other_than_root() });
        let data = server.data();
        let arguments =
            ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", USER, "-D"];
        server.run(server.program("initdb").args(arguments).arg(&data));
        server.configure("");
        server.start_again();
        Some(server)
    }

    /// Another server that follows this one; from now on this one waits for it with each commit.
    #[must_use]
    pub fn synchronous_standby(&self) -> Self {
        let standby = self.standby("");
        self.sql("postgres").run("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        self.sql("postgres").run("SELECT pg_reload_conf()");
        standby
    }

    /// Another server that follows this one, with these settings beside those of all.
    #[must_use]
    pub fn standby(&self, settings: &str) -> Self {
        let standby = Self::in_new_folder(self.installed.clone());
        let source = format!("host=127.0.0.1 port={} user={USER} application_name=standby", self.port);
        standby.run(
            standby
                .program("pg_basebackup")
                .args(["-R", "-c", "fast", "-d", &source, "-D"])
                .arg(standby.data()),
        );
        standby.configure(settings);
        standby.start_again();
        standby
    }

    /// Its own port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database; answers its name.
    pub fn new_database(&self) -> String {
        let name = format!("roster_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres").run(&format!("CREATE DATABASE {name}"));
        name
    }

    /// One of its databases, to be looked at and changed from outside.
    pub fn sql(&self, database: &str) -> ServerSql {
        ServerSql::connect(&self.url(database))
    }

    /// Restarts it as after a crash; returns when it takes connections again.
    pub fn crash_and_recover(&self) {
        self.control(&["restart", "-m", "immediate"]);
    }

    /// Ends it as a crash does.
    pub fn crash(&self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    /// Starts it after its end; returns when it takes connections.
    pub fn start_again(&self) {
        self.control(&["start"]);
    }

    /// Makes a standby take writes.
    pub fn promote(&self) {
        self.control(&["promote"]);
    }

    /// Kills every process of it as `kill -9` does; returns when all are gone, so that it can be started again.
    pub fn kill(&self) {
        let Some(postmaster) = self.postmaster() else { return };
        // Else it may begin another process after they were listed.
        signal("STOP", &[postmaster]);
        let all: Vec<u32> = children_of(postmaster).into_iter().chain([postmaster]).collect();
        signal("KILL", &all);
        let is_gone = || all.iter().all(|process| is_gone(*process)).then_some(());
        within(Duration::from_mins(1), "the end of a killed server", is_gone);
    }

    fn in_new_folder(installed: Installed) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Some((user, group)) = installed.owner {
            chown(folder.path(), Some(user), Some(group)).expect("root may give a folder away");
        }
        Self { folder, installed, port: free_port(), databases: AtomicU32::new(0) }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What is said last holds.
    fn configure(&self, more: &str) {
        let file = fs::OpenOptions::new().append(true).open(self.data().join("postgresql.conf"));
        let text = format!("{SETTINGS}port = {}\n{more}", self.port);
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("the server can be configured");
    }

    fn control(&self, arguments: &[&str]) {
        let log = self.folder.path().join("log");
        self.run(
            self.program("pg_ctl")
                .args(arguments)
                .args(["-w", "-t", "60", "-D"])
                .arg(self.data())
                .arg("-l")
                .arg(log),
        );
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.installed.programs.join(name));
        command.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = self.installed.owner {
            command.uid(user).gid(group);
        }
        command
    }

    /// The server that a program may leave running keeps its output: that goes to a file.
    fn run(&self, command: &mut Command) {
        let output = self.folder.path().join("output");
        let file = fs::File::create(&output).expect("a file can be made");
        let same = file.try_clone().expect("a file can be shared");
        let status = command.stdout(file).stderr(same).status().expect("the program starts");
        let told = |file: &Path| fs::read_to_string(file).unwrap_or_default();
        let log = self.folder.path().join("log");
        assert!(status.success(), "{command:?}: {}\nits log: {}", told(&output), told(&log));
    }

    fn postmaster(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn find_programs() -> Option<PathBuf> {
    let is_there = |folder: &Path| {
        ["initdb", "pg_basebackup", "pg_ctl", "postgres"].map(|name| folder.join(name).is_file()) == [true; 4]
    };
    let path = std::env::var_os("PATH")?;
    if let Some(found) = std::env::split_paths(&path).find(|folder| is_there(folder)) {
        return Some(found);
    }
    // Debian keeps them apart, by version.
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    folders.retain(|folder| is_there(folder));
    folders.sort();
    folders.pop()
}

/// Where these tests run as root: the user that PostgreSQL's packages make, else nobody.
fn other_than_root() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").expect("a process has a folder").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":x:"))?;
        let mut fields = line.split(':').map_while(|field| field.parse().ok());
        Some((fields.next()?, fields.next()?))
    };
    ids(USER).or_else(|| ids("nobody"))
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// Those that have ended already are no matter.
fn signal(name: &str, processes: &[u32]) {
    let ids: Vec<String> = processes.iter().map(u32::to_string).collect();
    let command = format!("kill -{name} {} 2>&1", ids.join(" "));
    Command::new("sh").arg("-c").arg(command).output().expect("a shell");
}

fn children_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("processes can be listed");
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// Whether it is no more, or nothing but its exit code is.
fn is_gone(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim().is_empty() || rest.trim().starts_with('Z'))
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}
