use std::env;

/// What keeps the data of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    Sqlite,
    /// A database on the server that `ROSTER_TEST_POSTGRES` names.
    Postgres,
}

impl Engine {
    /// The one that this run of the tests is about: `ROSTER_TEST_DATABASE`, else SQLite.
    pub fn chosen() -> Self {
        match env::var("ROSTER_TEST_DATABASE").as_deref() {
            Err(env::VarError::NotPresent) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            other => panic!("ROSTER_TEST_DATABASE must be sqlite or postgres: {other:?}"),
        }
    }
}
