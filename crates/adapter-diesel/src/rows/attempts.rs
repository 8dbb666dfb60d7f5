use diesel::prelude::*;
use roster_domain::Instant;
use roster_ports::{Attempt, Stored};

use super::table::{Table, bytes, micros};
use crate::schema::login_attempts;

const ATTEMPTS: Table = Table("login_attempts");

/// One of the things that a try counts for, as read and as written.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = login_attempts)]
pub(crate) struct AttemptRow {
    pub(crate) counts_for: Vec<u8>,
    pub(crate) at: i64,
    pub(crate) id: Vec<u8>,
}

impl AttemptRow {
    /// All that a try counts for.
    pub(crate) fn all_of(attempt: &Attempt) -> Vec<Self> {
        let row = |counts_for: [u8; 16]| Self {
            counts_for: counts_for.to_vec(),
            at: micros(attempt.at),
            id: bytes(attempt.id.uuid()).to_vec(),
        };
        attempt.counts_for.iter().map(|pseudonym| row(pseudonym.0)).collect()
    }
}

/// When a try was made, as read.
pub(crate) fn tried_at(at: i64) -> Stored<Instant> {
    ATTEMPTS.instant("at", at)
}
