use anyhow::{Context, ensure};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use std::env;
use std::process::Command;

use crate::settings::Settings;
use crate::world::World;

/// The server that a machine has where `BENCH_POSTGRES` says nothing else.
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A database on a PostgreSQL server with the people of a world. It is dropped with its value.
pub(crate) struct ServerDatabase {
    server: String,
    name: String,
    url: String,
}

impl ServerDatabase {
    /// Copies the world there, by the service's own command.
    pub(crate) fn copy_of(world: &World, settings: &Settings) -> anyhow::Result<Self> {
        let server = env::var("BENCH_POSTGRES").unwrap_or_else(|_| USUAL.to_owned());
        let name = format!("roster_bench_{}", std::process::id());
        let (base, _) = server.rsplit_once('/').context("BENCH_POSTGRES is no URL of a database")?;
        let database = Self { url: format!("{base}/{name}"), name, server };
        database.tell(&format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", database.name))?;
        let mut command = Command::new(&settings.roster);
        world.equip(&mut command, world.original());
        let from = format!("sqlite://{}", World::database(world.original()).display());
        let copied = command.args(["db", "copy", &from, &database.url]).output()?;
        ensure!(copied.status.success(), "cannot copy: {}", String::from_utf8_lossy(&copied.stderr));
        PgConnection::establish(&database.url)?.batch_execute("VACUUM ANALYZE")?;
        Ok(database)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn tell(&self, statement: &str) -> anyhow::Result<()> {
        let server = PgConnection::establish(&self.server);
        let mut server = server.context("there is no PostgreSQL server: BENCH_POSTGRES names one")?;
        Ok(server.batch_execute(statement)?)
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        // What is left over is told by its name.
        let _ = self.tell(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
