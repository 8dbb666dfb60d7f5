//! What the documentation says each gateway lets in is what was seen.

use roster_tests::{Arrived, GatewayProgram, RawAnswer};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::table::{SPOOFED_IDENTITY, SPOOFED_METADATA, TRICKS, UPGRADE};
use super::{FACILITY, IDENTITY, Stage};

const INTRODUCTION: &str = "\
<!-- Made by `UPDATE_GOLDEN=1 cargo test -p roster-tests --test end_to_end gateways::`. -->
# What each gateway lets in

With the configurations of this folder, before a service that records what arrives. A number is the status that whoever asks is told,
and nothing arrives; what passes carries what Roster says in `X-Roster-…`, or nothing. The policy is that of
[the guide](../how-to-put-gateways-in-front.md) in kind: anyone may go to `/open/**`, whoever has a token to `/staff/**`, administrators to
`/board/**`, and whoever has access to a facility to its cameras.

";

/// One column at a time is written.
static WRITING: Mutex<()> = Mutex::new(());

/// What one gateway did, by what was asked.
pub(super) struct Column(Vec<(String, String)>);

impl Column {
    pub(super) fn of(stage: &Stage) -> Self {
        let mut column = Self(Vec::new());
        let token = stage.user.token.clone();
        let cameras = format!("/facilities/{FACILITY}/cameras/7");
        let mut see = |asked: &str, start: &str, token: Option<&str>, headers: &[(&str, &str)]| {
            column.add(stage, asked, start, token, headers);
        };
        see("a token and the right", &format!("GET {cameras}"), Some(&token), &[]);
        see("no token", "GET /staff", None, &[]);
        see("no token, where anyone may go", "GET /open", None, &[]);
        see("a forged token", "GET /staff", Some("forged"), &[]);
        see("an expired token", "GET /staff", Some(&stage.expired), &[]);
        see("a missing role", "GET /board", Some(&token), &[]);
        see("no rule", "GET /nothing", Some(&token), &[]);
        see("`X-Roster-…` and `X_Roster_…` of the client", "GET /staff", Some(&token), SPOOFED_IDENTITY);
        see("the same without a token, where anyone may go", "GET /open", None, SPOOFED_IDENTITY);
        see(
            "`X-Forwarded-…` and `X-Original-…` of the client, a missing role",
            "GET /board",
            Some(&token),
            SPOOFED_METADATA,
        );
        for path in TRICKS {
            see(&format!("`{path}`"), &format!("GET {path}"), None, &[]);
        }
        see("a path of more than 2,048 bytes", &format!("GET /open/{}", "a".repeat(2048)), None, &[]);
        see("`HEAD` with the right", &format!("HEAD {cameras}"), Some(&token), &[]);
        let empty = [("Content-Length", "0")];
        for method in ["POST", "OPTIONS", "FANCY"] {
            let start = format!("{method} {cameras}");
            see(&format!("`{method}`, where the rule is for `GET` and `HEAD`"), &start, Some(&token), &empty);
        }
        see("an upgrade to a WebSocket without a token", "GET /staff", None, UPGRADE);
        see("an upgrade to a WebSocket, a missing role", "GET /board", Some(&token), UPGRADE);
        column.add_websocket(stage);
        column
    }

    fn add_websocket(&mut self, stage: &Stage) {
        let (heard, arrived) = stage.talk_by_websocket(SPOOFED_IDENTITY);
        let answer = RawAnswer { text: heard, is_closed: true };
        let asked = "an upgrade to a WebSocket with the right, and `X-Roster-…` of the client".to_owned();
        self.0.push((asked, outcome(stage, "GET /staff", &(answer, arrived))));
    }

    /// Adds what is told when Roster is gone.
    pub(super) fn add_without_roster(&mut self, stage: &Stage) {
        self.add(stage, "Roster does not answer", "GET /staff", Some(&stage.user.token), &[]);
    }

    fn add(
        &mut self,
        stage: &Stage,
        asked: &str,
        start: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
    ) {
        let seen = match token {
            Some(token) => stage.send_as(token, start, headers),
            None => stage.send(start, headers),
        };
        self.0.push((asked.to_owned(), outcome(stage, start, &seen)));
    }

    /// Checks the column of this gateway in the page; or writes it there, where that is wanted.
    pub(super) fn check(&self, program: GatewayProgram) {
        let name = name(program);
        if env::var_os("UPDATE_GOLDEN").is_some() {
            let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
            let mut table = Table::read();
            table.put(name, self);
            table.write();
        }
        let told = Table::read();
        for (asked, seen) in &self.0 {
            assert_eq!(
                told.cell(asked, name),
                Some(seen.as_str()),
                "{name}, {asked}: {} is stale",
                page().display()
            );
        }
    }
}

fn outcome(stage: &Stage, start: &str, (answer, arrived): &(RawAnswer, Vec<Arrived>)) -> String {
    let [one] = &arrived[..] else {
        return answer.statuses().first().map_or_else(|| "closed".to_owned(), u16::to_string);
    };
    let said: Vec<Vec<&str>> = IDENTITY.iter().map(|name| one.values(name)).collect();
    let is_nobody = said.iter().flatten().all(|value| value.is_empty());
    let who = if is_nobody {
        "as nobody"
    } else {
        assert_eq!(said[0], [stage.user.id.as_str()], "{start}");
        "as Roster says"
    };
    let (asked, arrived) = (start.split(' ').nth(1).unwrap(), one.start.split(' ').nth(1).unwrap());
    if asked == arrived { format!("passes {who}") } else { format!("passes {who} to `{arrived}`") }
}

const fn name(program: GatewayProgram) -> &'static str {
    match program {
        GatewayProgram::Nginx => "nginx 1.22",
        GatewayProgram::NewerNginx => "nginx 1.31",
        GatewayProgram::HaProxy | GatewayProgram::HaProxyAlone => "HAProxy 2.6",
        GatewayProgram::Caddy => "Caddy 2.6",
        GatewayProgram::NewerCaddy => "Caddy 2.11",
        GatewayProgram::Traefik => "Traefik 3.7",
        GatewayProgram::Envoy | GatewayProgram::EnvoyAlone => "Envoy 1.40",
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateways/what-each-lets-in.md")
}

/// The page as rows of cells, the names of the gateways first.
struct Table(Vec<Vec<String>>);

impl Table {
    fn read() -> Self {
        let text = fs::read_to_string(page()).unwrap_or_default();
        let rows = text.lines().filter(|line| line.starts_with("| "));
        let cells =
            |row: &str| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        Self(rows.map(cells).collect())
    }

    fn cell(&self, asked: &str, gateway: &str) -> Option<&str> {
        let place = self.0.first()?.iter().position(|name| name == gateway)?;
        let row = self.0.iter().find(|row| row[0] == asked)?;
        row.get(place).map(String::as_str)
    }

    fn put(&mut self, gateway: &str, column: &Column) {
        if self.0.is_empty() {
            self.0.push(vec!["asked".to_owned()]);
        }
        if !self.0[0].iter().any(|name| name == gateway) {
            self.0[0].push(gateway.to_owned());
        }
        let names = self.0[0].clone();
        let rows = column.0.iter().map(|(asked, seen)| {
            let cell = |name: &String| {
                if name == gateway { seen.clone() } else { self.cell(asked, name).unwrap_or("?").to_owned() }
            };
            std::iter::once(asked.clone()).chain(names.iter().skip(1).map(cell)).collect::<Vec<_>>()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        self.0 = std::iter::once(names).chain(rows).collect();
    }

    fn write(&self) {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let (names, rows) = self.0.split_first().unwrap();
        let rule = format!("|{}\n", "---|".repeat(names.len()));
        let rows: String = rows.iter().map(line).collect();
        fs::write(page(), format!("{INTRODUCTION}{}{rule}{rows}", line(names))).unwrap();
    }
}
