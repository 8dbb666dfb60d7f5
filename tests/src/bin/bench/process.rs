use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::database_server::ServerDatabase;
use crate::settings::Settings;
use crate::world::World;
use crate::{constant_server, roster_server};

/// How long a server may take until it is ready.
const START: Duration = Duration::from_mins(1);

/// What Linux counts CPU time in (`USER_HZ`), for every process and on every machine of ours.
const TICK: Duration = Duration::from_millis(10);

/// A server in a process of its own. It ends with its value.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    started_in: Duration,
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// Pages of its own, without those mapped from files.
    pub(crate) anonymous: u64,
    /// All that is resident.
    pub(crate) resident: u64,
}

impl Server {
    /// Starts the release binary on a data folder, with the settings that it has by itself.
    pub(crate) fn roster(settings: &Settings, world: &World, data: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(&settings.roster);
        world.equip(&mut command, data);
        command.arg("serve").env("ROSTER_LISTEN", address.to_string());
        Self::start(&mut command, address, &data.join("log"))
    }

    /// Starts the release binary on a server's database, with its log in this folder.
    pub(crate) fn on_postgres(
        settings: &Settings,
        world: &World,
        database: &ServerDatabase,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(&settings.roster);
        world.equip(&mut command, folder);
        command.arg("serve").env("ROSTER_LISTEN", address.to_string());
        command.env("ROSTER_DATABASE_URL", database.url());
        Self::start(&mut command, address, &folder.join("log"))
    }

    /// Starts the server that flushes each write, on a data folder.
    pub(crate) fn unbatched(world: &World, data: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        world.equip(&mut command, data);
        command.args([roster_server::COMMAND, &address.to_string()]).arg(data);
        Self::start(&mut command, address, &data.join("log"))
    }

    /// Starts the server that answers a body of so many bytes, whatever is asked.
    pub(crate) fn constant(settings: &Settings, size: usize) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([constant_server::COMMAND, &address.to_string(), &size.to_string()]);
        Self::start(&mut command, address, &settings.out.join("log"))
    }

    fn start(command: &mut Command, address: SocketAddr, log: &Path) -> anyhow::Result<Self> {
        let log = File::create(log)?;
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let mut server = Self { child, address, started_in: Duration::ZERO };
        while !is_ready(address) {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if started.elapsed() > START {
                bail!("the server does not get ready");
            }
            thread::sleep(Duration::from_millis(1));
        }
        server.started_in = started.elapsed();
        Ok(server)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long it took from its start to its first good answer about readiness.
    pub(crate) const fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The CPU time that it took until now, in user and system.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields = stat.rsplit_once(") ").context("no fields in stat")?.1;
        let ticks: u32 =
            fields.split(' ').skip(11).take(2).map(|field| field.parse::<u32>().unwrap_or(0)).sum();
        Ok(TICK * ticks)
    }

    /// The memory that it has now.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let bytes = |name: &str| -> anyhow::Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such memory")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
        };
        Ok(Memory { anonymous: bytes("RssAnon:")?, resident: bytes("VmRSS:")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: roster\r\nConnection: close\r\n\r\n")?;
        let mut line = [0; 12];
        stream.read_exact(&mut line)?;
        Ok(line.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
