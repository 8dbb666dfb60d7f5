use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;
use diesel::result::Error;
use roster_ports::StoreError;
use std::time::Duration;

use super::errors::{Remedy, remedy};
use super::session::{self, Purpose};
use super::{Connection, PostgresOptions, store_error};
use crate::OpenError;

/// A connection that knows whether it can be used again.
pub(super) struct Link {
    pub(super) connection: Connection,
    is_broken: bool,
}

impl Link {
    /// Runs a command that answers nothing.
    pub(super) fn execute(&mut self, command: &str) -> Result<(), Error> {
        self.connection.batch_execute(command).inspect_err(|error| {
            self.is_broken |= remedy(error) == Remedy::Reconnect;
        })
    }

    /// Ends what may have been begun. What cannot be ended takes the connection along.
    pub(super) fn roll_back(&mut self) {
        if let Err(error) = self.connection.batch_execute("ROLLBACK") {
            tracing::debug!(%error, "a connection was given up, since its transaction could not be ended");
            self.is_broken = true;
        }
    }

    /// Ends what was given up, so that it can be used again; unless that fails.
    pub(super) fn recover(&mut self) {
        self.is_broken = self.connection.batch_execute("ROLLBACK").is_err();
    }

    pub(super) const fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Takes care that nobody uses it again.
    pub(super) const fn give_up(&mut self) {
        self.is_broken = true;
    }

    /// What a failed statement means; a broken connection is noticed.
    pub(super) fn failed(&mut self, error: &Error) -> StoreError {
        self.is_broken |= remedy(error) == Remedy::Reconnect;
        store_error(error)
    }
}

/// Opens links for the pool.
pub(super) struct LinkOpener {
    pub(super) options: PostgresOptions,
    pub(super) purpose: Purpose,
    pub(super) longest_statement: Duration,
}

impl ManageConnection for LinkOpener {
    type Connection = Link;
    type Error = OpenError;

    fn connect(&self) -> Result<Link, OpenError> {
        let connection = session::open(&self.options, self.purpose, self.longest_statement)?;
        Ok(Link { connection, is_broken: false })
    }

    /// It would cost a round trip for each use: errors tell as well.
    fn is_valid(&self, _: &mut Link) -> Result<(), OpenError> {
        Ok(())
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.is_broken
    }
}
