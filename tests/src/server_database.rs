use std::env;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::server_sql::ServerSql;

/// The server that a machine has where nothing else is said.
const USUAL_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// An empty database of a test's own, on the server that `ROSTER_TEST_POSTGRES` names. It is dropped with its test.
#[derive(Debug)]
pub struct ServerDatabase {
    name: String,
    url: String,
}

impl ServerDatabase {
    /// Makes it. There must be a server.
    pub fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("roster_replicas_test_{}_{number}", std::process::id());
        let server = server();
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let url = format!("{base}/{name}");
        let mut sql = ServerSql::connect(&server);
        sql.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        sql.run(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        Self { name, url }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of its server.
    pub fn port(&self) -> u16 {
        let parsed = url::Url::parse(&self.url).expect("a URL");
        parsed.port().expect("the URL of the server names a port")
    }

    /// To be looked at and changed from outside.
    pub fn sql(&self) -> ServerSql {
        ServerSql::connect(&self.url)
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        ServerSql::connect(&server()).run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn server() -> String {
    env::var("ROSTER_TEST_POSTGRES").unwrap_or_else(|_| USUAL_SERVER.to_owned())
}
