//! Several instances on one database.

use std::ffi::OsString;
use std::ops::Index;

use crate::actor::Actor;
use crate::binary::Roster;
use crate::home::PUBLIC_URL;
use crate::parallel::at_once;
use crate::postgres_server::free_port;
use crate::service::{Service, ServiceOptions};
use crate::template;

/// The master secret of all instances.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Instances of the service, none of which has anything of its own.
#[derive(Debug)]
pub struct Replicas {
    url: String,
    instances: Vec<Service>,
}

impl Replicas {
    /// So many, on this empty database, with the usual administrator and client.
    pub fn start(url: &str, count: usize) -> Self {
        Self::start_with(url, count, |options| options)
    }

    /// Like [`Replicas::start`], with other settings.
    pub fn start_with(
        url: &str,
        count: usize,
        settings: impl Fn(ServiceOptions) -> ServiceOptions + Sync,
    ) -> Self {
        Self::fill(url);
        let instances = at_once(count, |_| settings(Self::options(url)).start());
        Self { url: url.to_owned(), instances }
    }

    /// Like [`Replicas::start`], where each is found at the same address after a restart.
    pub fn on_fixed_ports(url: &str, count: usize) -> Self {
        let ports: Vec<u16> = (0..count).map(|_| free_port()).collect();
        Self::fill(url);
        let start = |number: usize| {
            Self::options(url).with("ROSTER_LISTEN", format!("127.0.0.1:{}", ports[number])).start()
        };
        Self { url: url.to_owned(), instances: at_once(count, start) }
    }

    /// How an instance on this database is started.
    pub fn options(url: &str) -> ServiceOptions {
        let nothing = tempfile::tempdir().expect("a temporary folder");
        Service::options().at(nothing).with("ROSTER_DATABASE_URL", url).with("ROSTER_SECRET", SECRET)
    }

    /// A command on this database.
    pub fn command_on<A: Into<OsString>>(url: &str, arguments: impl IntoIterator<Item = A>) -> Roster {
        Roster::new(arguments)
            .with("ROSTER_DATABASE_URL", url)
            .with("ROSTER_SECRET", SECRET)
            .with("ROSTER_PUBLIC_URL", PUBLIC_URL)
    }

    /// Makes the usual administrator and client in an empty database, by commands.
    pub fn fill(url: &str) {
        template::fill(|arguments| Self::command_on(url, arguments));
    }

    /// A command beside the instances.
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Roster {
        Self::command_on(&self.url, arguments)
    }

    /// All instances, in order.
    pub fn instances(&self) -> &[Service] {
        &self.instances
    }

    /// One of them, to be ended and started again.
    pub fn instance_mut(&mut self, number: usize) -> &mut Service {
        &mut self.instances[number]
    }
}

impl Index<usize> for Replicas {
    type Output = Service;

    /// The instance of this number; they go round.
    fn index(&self, number: usize) -> &Service {
        &self.instances[number % self.instances.len()]
    }
}

impl Actor {
    /// The same somebody, who calls this instance from now on.
    #[must_use]
    pub fn at(&self, instance: &Service) -> Self {
        Self { http: instance.http().clone(), ..self.clone() }
    }
}
