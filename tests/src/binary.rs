use std::env;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::log::Log;
use crate::wait::within;

/// The longest that any command of the tests may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Whether the tests that take minutes shall run too (`make test-long`).
pub fn is_long_run() -> bool {
    env::var_os("ROSTER_TEST_LONG").is_some_and(|value| value == "1")
}

/// One run of the binary: its arguments, and an environment that has nothing but what is said here.
#[derive(Debug, Clone)]
pub struct Roster {
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    input: String,
    limits: Option<String>,
}

/// How a command ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Finished {
    /// What it printed, which must be JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Roster {
    /// A run with these arguments, on the cheapest hashing.
    pub fn new<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        let run =
            Self { arguments, environment: Vec::new(), folder: None, input: String::new(), limits: None };
        run.with("ROSTER_BCRYPT_COST", "4")
    }

    /// With one more variable; a later one of the same name wins.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        let name = name.into();
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.into()));
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// On this data folder.
    #[must_use]
    pub fn on(self, data: &Path) -> Self {
        self.with("ROSTER_DATA_DIR", data)
    }

    /// Started in this folder.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Under limits that this shell command sets, such as `ulimit -n 256`.
    #[must_use]
    pub fn under(mut self, limits: &str) -> Self {
        self.limits = Some(limits.to_owned());
        self
    }

    /// With this on standard input.
    #[must_use]
    pub fn reading(mut self, input: &str) -> Self {
        input.clone_into(&mut self.input);
        self
    }

    /// Where no file can grow beyond this many KiB, as if the disk were full then.
    #[must_use]
    pub fn with_longest_file(self, kib: u32) -> Self {
        // In blocks of 512 bytes, as POSIX has it; whoever goes beyond is told by an error alone.
        self.under(&format!("trap '' XFSZ; ulimit -f {}", kib * 2))
    }

    /// Runs to the end.
    pub fn run(&self) -> Finished {
        let mut command = self.command();
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // A command that ends without reading closes the pipe: that is its right.
        stdin.write_all(self.input.as_bytes()).ok();
        drop(stdin);
        let stdout = read_aside(child.stdout.take());
        let stderr = read_aside(child.stderr.take());
        let status =
            within(LIMIT, &self.arguments, || child.try_wait().expect("the command can be waited for"));
        let collect = |reader: JoinHandle<String>| reader.join().expect("the output is read");
        Finished { code: status.code().unwrap_or(-1), stdout: collect(stdout), stderr: collect(stderr) }
    }

    /// Runs to the end, which must be good.
    pub fn succeed(&self) -> Finished {
        let finished = self.run();
        assert_eq!(finished.code, 0, "{:?}: {finished:?}", self.arguments);
        finished
    }

    /// Starts it and follows its output; whoever starts it ends it.
    pub fn spawn(&self) -> (Child, Log) {
        let mut child = self.command().spawn().expect("the binary starts");
        let log = Log::default();
        log.follow(child.stdout.take().expect("standard output is piped"));
        log.follow(child.stderr.take().expect("standard error is piped"));
        (child, log)
    }

    /// The process to start, with its output piped.
    fn command(&self) -> Command {
        let mut command = self.program();
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Roster {
    /// The binary, or a shell that becomes the binary once it has set the limits.
    fn program(&self) -> Command {
        let Some(limits) = &self.limits else { return Command::new(path()) };
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{limits} && exec \"$0\" \"$@\"")).arg(path());
        shell
    }
}

fn read_aside(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    let mut stream = stream.expect("the output is piped");
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the output can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Where the binary under test lies: `ROSTER_TEST_BINARY`, else beside the tests in the target folder.
pub(crate) fn path() -> PathBuf {
    let path = env::var_os("ROSTER_TEST_BINARY").map_or_else(beside_the_tests, PathBuf::from);
    assert!(
        path.is_file(),
        "no binary at {}: `cargo build -p roster`, or set ROSTER_TEST_BINARY",
        path.display()
    );
    path
}

/// When a binary was built, in nanoseconds since 1970: the name of what is made once for each build.
pub(crate) fn built_at(binary: &Path) -> u128 {
    let modified = binary.metadata().and_then(|metadata| metadata.modified()).expect("the binary has a time");
    modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos()
}

fn beside_the_tests() -> PathBuf {
    profile_folder().join("roster")
}

/// Where everything is built.
pub(crate) fn target_folder() -> PathBuf {
    profile_folder().parent().expect("a profile lies in the target folder").to_owned()
}

fn profile_folder() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    folder.to_owned()
}
