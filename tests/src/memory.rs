use std::fs;

use crate::report::report;
use crate::service::Service;

/// The memory of a process, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// What is resident now, with the mapped pages of files.
    pub resident: u64,
    /// What is resident now and its own: neither shared nor of a file.
    pub own: u64,
    /// The most that was resident at once.
    pub most: u64,
    /// The mapped pages of files that are resident now: those of the binary above all, which the system may take back.
    pub files: u64,
}

impl Memory {
    /// That of this process.
    pub(crate) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process lives");
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let kib: Option<u64> = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
            kib.unwrap_or_else(|| panic!("no {name} in {status}")) * 1024
        };
        Self {
            resident: field("VmRSS:"),
            own: field("RssAnon:"),
            most: field("VmHWM:"),
            files: field("RssFile:"),
        }
    }

    /// The most that was its own at once.
    pub const fn most_own(self) -> u64 {
        self.most.saturating_sub(self.files)
    }
}

impl Service {
    /// Tells at the end of an attack how much memory the service held at most since it was started.
    pub fn report_attack(&self, attack: &str) {
        let most = self.memory().most >> 20;
        report(&format!("attack, {attack}: at most {most} MiB resident"));
    }
}
