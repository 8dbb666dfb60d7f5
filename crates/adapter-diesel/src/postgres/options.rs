use std::time::Duration;

/// How to open a database on a PostgreSQL server.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// `postgres://…`, as libpq reads it: several hosts are allowed, and what it lacks comes from libpq's own environment.
    pub url: String,
    /// A standby of that database, which may answer lists.
    pub read_url: Option<String>,
    /// Whether nothing is written.
    pub read_only: bool,
    /// How many connections at most, at least 2: a quarter of them reads, an eighth does the reads of
    /// every request where there are 4 or more, the others write.
    pub connections: u32,
    /// How long to wait for a turn with one of them.
    pub patience: Duration,
    /// How long a read or write may take in all. The server gives up a little earlier.
    pub longest: Duration,
}

impl PostgresOptions {
    /// This database, with what suits a service.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            read_url: None,
            read_only: false,
            connections: 8,
            patience: Duration::from_secs(2),
            longest: Duration::from_millis(4_500),
        }
    }
}

/// The URL may hold a password.
impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PostgresOptions")
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
