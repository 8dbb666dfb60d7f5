use super::Side;
use crate::{OpenError, PostgresOptions, SqliteOptions, postgres, sqlite};

/// A database to be copied from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyEnd {
    /// A SQLite file.
    Sqlite(SqliteOptions),
    /// A database on a PostgreSQL server.
    Postgres(PostgresOptions),
}

impl CopyEnd {
    /// Where it is, for people.
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite(options) => options.path.display().to_string(),
            Self::Postgres(options) => postgres::place(&options.url),
        }
    }

    pub(crate) fn open_source(&self) -> Result<Box<dyn Side>, OpenError> {
        Ok(match self {
            Self::Sqlite(options) => Box::new(sqlite::open_source(options)?),
            Self::Postgres(options) => Box::new(postgres::open_source(options)?),
        })
    }

    pub(super) fn open_target(&self) -> Result<Box<dyn Side>, OpenError> {
        Ok(match self {
            Self::Sqlite(options) => Box::new(sqlite::open_target(options)?),
            Self::Postgres(options) => Box::new(postgres::open_target(options)?),
        })
    }
}
