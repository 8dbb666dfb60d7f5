//! Every statement, written once. The module of each database includes this one and gives it its own connection and
//! whatever it spells in its own way, so that each statement is type-checked against each dialect.

mod access;
mod access_history;
mod attempts;
mod clients;
mod credentials;
mod events;
mod every_row;
mod holdings;
mod keys;
pub(super) mod pictures;
mod replays;
mod schema_version;
mod sessions;
mod users;

pub(super) use every_row::unreadable_rows;
pub(super) use holdings::holdings;
pub(super) use schema_version::{check_release, check_schema, is_unfinished_copy, migrate_locked};

use diesel::QueryResult;
use roster_ports::{
    ReadAccess, ReadAccessHistory, ReadAttempts, ReadClients, ReadCredentials, ReadKeys, ReadPictures,
    ReadReplays, ReadSessions, ReadTx, ReadUsers, StoreError, Stored, WriteAccess, WriteAttempts,
    WriteClients, WriteCredentials, WriteKeys, WritePictures, WriteReplays, WriteSessions, WriteTx,
    WriteUsers,
};

use super::{Connection, Database, Remedy, RowByRow, names_hold, position_of, remedy, store_error};

/// What a closure of a use case works on. Beginning and ending the transaction is the database's own business.
pub(super) struct Transaction<'c> {
    connection: &'c mut Connection,
    progress: Progress,
    touched: Touched,
}

/// Whether a statement failed. The transaction may be gone then, so nothing more is run in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Sound,
    Failed(Remedy),
}

/// What the hot reads answer and may have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Touched {
    /// Callers and clients.
    pub(super) callers: bool,
    /// What people hold at facilities.
    pub(super) holdings: bool,
}

impl Touched {
    pub(super) const NOTHING: Self = Self { callers: false, holdings: false };
    const CALLERS: Self = Self { callers: true, holdings: false };
    const HOLDINGS: Self = Self { callers: false, holdings: true };
    pub(super) const EVERYTHING: Self = Self { callers: true, holdings: true };

    /// Either of them.
    pub(super) const fn or(self, other: Self) -> Self {
        Self { callers: self.callers || other.callers, holdings: self.holdings || other.holdings }
    }
}

impl<'c> Transaction<'c> {
    pub(super) fn new(connection: &'c mut Connection) -> Self {
        Self { connection, progress: Progress::Sound, touched: Touched::NOTHING }
    }

    /// What the closure left: what it may have changed of what the hot reads answer, and what can be done about the
    /// statement that failed, if one did.
    pub(super) const fn trace(&self) -> (Touched, Option<Remedy>) {
        let failure = match self.progress {
            Progress::Sound => None,
            Progress::Failed(remedy) => Some(remedy),
        };
        (self.touched, failure)
    }

    /// Fails when a statement did and the closure went on as if it had not.
    pub(super) fn sound(&self) -> Stored<()> {
        match self.progress {
            Progress::Sound => Ok(()),
            Progress::Failed(_) => {
                Err(StoreError::Failed("an earlier statement of the transaction failed".to_owned()))
            }
        }
    }

    /// Runs a statement. Every statement of a transaction comes through here.
    fn run<T>(&mut self, statement: impl FnOnce(&mut Connection) -> QueryResult<T>) -> Stored<T> {
        self.sound()?;
        statement(self.connection).map_err(|error| {
            self.progress = Progress::Failed(remedy(&error));
            store_error(&error)
        })
    }

    /// Runs a statement that must touch a row.
    fn run_on_row(
        &mut self,
        what: &'static str,
        statement: impl FnOnce(&mut Connection) -> QueryResult<usize>,
    ) -> Stored<()> {
        match self.run(statement)? {
            0 => Err(StoreError::Failed(format!("there is no such {what} to change"))),
            _ => Ok(()),
        }
    }

    const fn touch(&mut self, touched: Touched) {
        self.touched = self.touched.or(touched);
    }
}

impl ReadTx for Transaction<'_> {
    fn users(&mut self) -> &mut dyn ReadUsers {
        self
    }
    fn credentials(&mut self) -> &mut dyn ReadCredentials {
        self
    }
    fn access(&mut self) -> &mut dyn ReadAccess {
        self
    }
    fn access_history(&mut self) -> &mut dyn ReadAccessHistory {
        self
    }
    fn sessions(&mut self) -> &mut dyn ReadSessions {
        self
    }
    fn attempts(&mut self) -> &mut dyn ReadAttempts {
        self
    }
    fn clients(&mut self) -> &mut dyn ReadClients {
        self
    }
    fn keys(&mut self) -> &mut dyn ReadKeys {
        self
    }
    fn pictures(&mut self) -> &mut dyn ReadPictures {
        self
    }
    fn replays(&mut self) -> &mut dyn ReadReplays {
        self
    }
}

impl WriteTx for Transaction<'_> {
    fn users_mut(&mut self) -> &mut dyn WriteUsers {
        self
    }
    fn credentials_mut(&mut self) -> &mut dyn WriteCredentials {
        self
    }
    fn access_mut(&mut self) -> &mut dyn WriteAccess {
        self
    }
    fn sessions_mut(&mut self) -> &mut dyn WriteSessions {
        self
    }
    fn attempts_mut(&mut self) -> &mut dyn WriteAttempts {
        self
    }
    fn clients_mut(&mut self) -> &mut dyn WriteClients {
        self
    }
    fn keys_mut(&mut self) -> &mut dyn WriteKeys {
        self
    }
    fn pictures_mut(&mut self) -> &mut dyn WritePictures {
        self
    }
    fn replays_mut(&mut self) -> &mut dyn WriteReplays {
        self
    }
}
