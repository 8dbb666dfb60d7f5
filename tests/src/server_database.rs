use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process, thread};

use crate::binary;
use crate::server_sql::ServerSql;

/// The server that a machine has where nothing else is said.
const USUAL_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// Held while a template is made, so that processes that start at once make one between them.
const MAKING_A_TEMPLATE: &str = "SELECT pg_advisory_lock(7267636)";

/// A database of a test's own on the server that `ROSTER_TEST_POSTGRES` names. It is dropped with this.
#[derive(Debug)]
pub struct ServerDatabase {
    name: String,
    url: String,
}

impl ServerDatabase {
    /// One without a schema. There must be a server.
    pub fn empty() -> Self {
        // What dead processes left is dropped once, before anything is made.
        template_of_this_build();
        Self::made("template0 ENCODING 'UTF8'")
    }

    /// A copy of the template, which is made once for each build of the binary: `fill` fills the database of this URL.
    pub(crate) fn copied(fill: impl FnOnce(&str)) -> Self {
        static READY: OnceLock<()> = OnceLock::new();
        let template = template_of_this_build();
        READY.get_or_init(|| make_template(template, fill));
        Self::made(template)
    }

    fn made(from: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("roster_test_run_{}_{number}", process::id());
        let mut server = connect_to_server();
        execute(&mut server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        execute(&mut server, &format!("CREATE DATABASE {name} TEMPLATE {from}"));
        let url = url_of(&name);
        Self { name, url }
    }

    /// Its URL, as a service takes it.
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
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if thread::panicking() {
            connect(&server())
                .and_then(|mut server| server.batch_execute(&drop).map_err(|error| error.to_string()))
                .ok();
        } else {
            execute(&mut connect_to_server(), &drop);
        }
    }
}

/// A connection to the database of this URL.
pub(crate) fn connect(url: &str) -> Result<PgConnection, String> {
    PgConnection::establish(url).map_err(|error| error.to_string())
}

fn server() -> String {
    env::var("ROSTER_TEST_POSTGRES").unwrap_or_else(|_| USUAL_SERVER.to_owned())
}

fn connect_to_server() -> PgConnection {
    let server = server();
    connect(&server).unwrap_or_else(|error| {
        panic!("no PostgreSQL server at {server}: start one, or let ROSTER_TEST_POSTGRES name one: {error}")
    })
}

/// The URL of a database on the server.
fn url_of(database: &str) -> String {
    let server = server();
    let (place, parameters) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = place.rsplit_once('/').expect("a URL with a database");
    let parameters = if parameters.is_empty() { String::new() } else { format!("?{parameters}") };
    format!("{base}/{database}{parameters}")
}

fn execute(server: &mut PgConnection, statement: &str) {
    server.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// The name of the template that belongs to the binary as it was built last.
fn template_of_this_build() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let binary = binary::path();
        let prefix = format!("roster_test_template_{:016x}_", hash_of(&binary));
        let name = format!("{prefix}{:x}", binary::built_at(&binary));
        drop_leftovers(&prefix, &name);
        name
    })
}

fn hash_of(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

fn make_template(name: &str, fill: impl FnOnce(&str)) {
    let mut server = connect_to_server();
    execute(&mut server, MAKING_A_TEMPLATE);
    if databases_like(&mut server, name).is_empty() {
        // Whoever finds it under its own name finds it whole.
        let draft = format!("{name}_draft");
        execute(&mut server, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        execute(&mut server, &format!("CREATE DATABASE {draft} TEMPLATE template0 ENCODING 'UTF8'"));
        fill(&url_of(&draft));
        // Nobody, not even the server's own housekeeping, is in it while it is copied.
        execute(&mut server, &format!("ALTER DATABASE {draft} ALLOW_CONNECTIONS false"));
        execute(&mut server, &format!("ALTER DATABASE {draft} RENAME TO {name}"));
    }
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn databases_like(server: &mut PgConnection, pattern: &str) -> Vec<String> {
    let pattern = pattern.replace('_', "\\_");
    let named = format!("SELECT datname::text AS name FROM pg_database WHERE datname LIKE '{pattern}'");
    let leftovers: Vec<Name> = sql_query(named).load(server).expect("databases are listed");
    leftovers.into_iter().map(|row| row.name).collect()
}

/// Drops the templates of earlier builds of this binary, and what test processes that are gone have left.
fn drop_leftovers(prefix: &str, template: &str) {
    let mut server = connect_to_server();
    let templates = databases_like(&mut server, &format!("{prefix}%"));
    let outdated = templates.into_iter().filter(|name| !name.starts_with(template));
    let runs = databases_like(&mut server, "roster_test_run_%");
    let of_the_dead = runs.into_iter().filter(|name| {
        let process = name.split('_').nth(3).unwrap_or_default();
        !Path::new("/proc").join(process).exists()
    });
    for name in outdated.chain(of_the_dead) {
        // Another test process may do the same.
        server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).ok();
    }
}
