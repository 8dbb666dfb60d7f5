//! `roster serve --dev`: a playground that works as it says.

use roster_tests::{Home, Http, Log, Roster, eventually, needed_program};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command};

use crate::commands::complains;

/// A playground that runs; it ends with its test.
struct Playground {
    child: Child,
    log: Log,
}

impl Playground {
    /// In the folder that `serve --dev` makes for itself where it is started.
    fn start(home: &Home, folder: &Path) -> Self {
        let run = home.command(["serve", "--dev"]).without("ROSTER_DATA_DIR");
        let run = run.within(folder).with("ROSTER_LISTEN", "127.0.0.1:0");
        let (child, log) = run.spawn();
        let playground = Self { child, log };
        eventually("the whole banner", || playground.banner().contains("Ctrl-C").then_some(()));
        playground
    }

    fn banner(&self) -> String {
        let lines = self.log.lines();
        lines.iter().filter(|line| !line.starts_with('{')).map(|line| format!("{line}\n")).collect()
    }

    /// The lines to paste: the paragraph that begins with the sign-in.
    fn lessons(&self) -> String {
        let banner = self.banner();
        let start = banner.find("\nTOKEN=").unwrap_or_else(|| panic!("no lines to paste in:\n{banner}"));
        let lines = banner[start..].trim_start().lines().take_while(|line| !line.is_empty());
        lines.map(|line| format!("{line}\n")).collect()
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The JSON values that lines print one after the other.
fn values(text: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(text).into_iter().map(Result::unwrap).collect()
}

fn run_in_shell(script: &str) -> String {
    let elsewhere = tempfile::tempdir().unwrap();
    let output = Command::new("sh").arg("-c").arg(script).current_dir(elsewhere.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

const NEEDS_CURL: &str = "the lines that `--dev` prints were not tried";

#[test]
fn the_printed_lines_work_when_pasted_unchanged() {
    if needed_program(&["curl"], NEEDS_CURL).is_none() {
        return;
    }
    let (home, folder) = (Home::empty(), tempfile::tempdir().unwrap());
    let playground = Playground::start(&home, folder.path());
    let printed = run_in_shell(&playground.lessons());
    let answers = values(&printed);
    assert_eq!(answers.len(), 3, "{printed}");
    assert_eq!(answers[0]["data"]["roles"], serde_json::json!(["board"]), "{printed}");
    assert_eq!(answers[1]["total"], 4, "{printed}");
    assert_eq!(answers[2]["message"], "Access given to the user", "{printed}");
    assert_eq!(answers[2]["data"]["actions"], serde_json::json!(["doors:open"]), "{printed}");
}

#[test]
fn the_credentials_are_kept_for_their_owner() {
    let (home, folder) = (Home::empty(), tempfile::tempdir().unwrap());
    let playground = Playground::start(&home, folder.path());
    let data = folder.path().join("roster-data");
    let file = data.join("bootstrap.txt");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
    let banner = playground.banner();
    assert!(banner.contains(file.canonicalize().unwrap().to_str().unwrap()), "{banner}");
    let kept = fs::read_to_string(&file).unwrap();
    let line = kept.lines().find(|line| line.starts_with("administrator")).unwrap();
    let password = line.split_whitespace().last().unwrap();
    assert!(banner.contains(password), "the lines to paste sign in with it");
    let logged: String = playground.log.lines().into_iter().filter(|line| line.starts_with('{')).collect();
    assert!(!logged.contains(password), "but no log line has it");
}

#[test]
fn a_second_start_keeps_everything() {
    if needed_program(&["curl"], NEEDS_CURL).is_none() {
        return;
    }
    let (home, folder) = (Home::empty(), tempfile::tempdir().unwrap());
    let first = Playground::start(&home, folder.path());
    run_in_shell(&first.lessons());
    let file = folder.path().join("roster-data/bootstrap.txt");
    let before = fs::read(&file).unwrap();
    drop(first);
    let second = Playground::start(&home, folder.path());
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(second.banner().contains("bootstrap.txt"), "{}", second.banner());
    assert_eq!(values(&run_in_shell(&second.lessons())).len(), 3);
}

#[test]
fn the_banner_names_urls_that_answer() {
    let (home, folder) = (Home::empty(), tempfile::tempdir().unwrap());
    let playground = Playground::start(&home, folder.path());
    let banner = playground.banner();
    let urls: Vec<&str> = banner
        .lines()
        .take_while(|line| !line.starts_with("TOKEN="))
        .flat_map(str::split_whitespace)
        .filter(|word| word.starts_with("http://"))
        .collect();
    assert!(urls.len() >= 3, "{banner}");
    for url in urls {
        let (address, path) =
            url.strip_prefix("http://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).unwrap();
        let answer = Http::at(address.parse().unwrap()).send(
            "GET",
            &format!("/{path}"),
            &[],
            &roster_tests::Body::Empty,
        );
        assert!(answer.status < 400 || path.is_empty(), "{answer}");
    }
}

#[test]
fn a_playground_is_for_this_machine_alone() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let folder = tempfile::tempdir().unwrap();
        let run = Roster::new(["serve", "--dev"]).within(folder.path()).with("ROSTER_LISTEN", address);
        complains(&run.run(), 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
