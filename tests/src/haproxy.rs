use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

use crate::actor::Actor;
use crate::http::{Body, Http};
use crate::missing::needed_program;
use crate::postgres_server::free_port;
use crate::wait::eventually;

/// `HAProxy` in front of several instances, set up as the documentation says. It ends with its test.
#[derive(Debug)]
pub struct HaProxy {
    _folder: TempDir,
    child: Child,
    port: u16,
    statistics: Http,
}

/// An instance that says that it is not ready gets no new request; one that is told so, or whose connection is gone, is
/// sent to another where that cannot act twice.
const SETTINGS: &str = "\
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout check 5s
    option redispatch 1
    retries 3
    retry-on conn-failure 503
backend roster
    balance roundrobin
    option httpchk GET /health/ready
    default-server check inter 100ms fall 1 rise 1
    http-request disable-l7-retry unless METH_GET
";

impl HaProxy {
    /// In front of these. None, which is told loudly, where it is not installed.
    pub fn before(instances: &[SocketAddr]) -> Option<Self> {
        let program = needed_program(&["haproxy"], "no rolling restart was seen behind a balancer")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (port, statistics) = (free_port(), free_port());
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, configuration(instances, port, statistics)).expect("a file can be written");
        let child = Command::new(program)
            .args(["-db", "-q", "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .expect("HAProxy starts");
        eventually("HAProxy", || TcpStream::connect(("127.0.0.1", port)).ok());
        let statistics = Http::at(SocketAddr::from(([127, 0, 0, 1], statistics)));
        Some(Self { _folder: folder, child, port, statistics })
    }

    /// Sends requests through it.
    pub fn http(&self) -> Http {
        Http::at(SocketAddr::from(([127, 0, 0, 1], self.port)))
    }

    /// How many instances it uses now.
    pub fn up(&self) -> usize {
        let table = self.statistics.send("GET", "/;csv", &[], &Body::Empty).text();
        let is_up =
            |line: &&str| line.starts_with("roster,instance-") && line.split(',').nth(17) == Some("UP");
        table.lines().filter(is_up).count()
    }
}

impl Drop for HaProxy {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn configuration(instances: &[SocketAddr], port: u16, statistics: u16) -> String {
    let servers: Vec<String> = instances
        .iter()
        .enumerate()
        .map(|(number, address)| format!("    server instance-{number} {address}\n"))
        .collect();
    format!(
        "{SETTINGS}{}frontend all\n    bind 127.0.0.1:{port}\n    default_backend roster\n\
         frontend statistics\n    bind 127.0.0.1:{statistics}\n    stats enable\n    stats uri /\n",
        servers.concat()
    )
}

impl Actor {
    /// The same somebody, who calls through this from now on.
    #[must_use]
    pub fn by(&self, http: &Http) -> Self {
        Self { http: http.clone(), ..self.clone() }
    }
}
