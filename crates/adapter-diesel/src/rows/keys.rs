use diesel::prelude::*;
use roster_domain::KeyTerm;
use roster_ports::{Fingerprint, SealedKey, StoreError, Stored};
use std::time::Duration;

use super::table::{Table, micros};
use crate::schema::signing_keys;

const SIGNING_KEYS: Table = Table("signing_keys");
const MASTER_SECRETS: Table = Table("master_secrets");

/// A signing key, as read and as written.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = signing_keys)]
pub(crate) struct SigningKeyRow {
    id: String,
    algorithm: String,
    sealed: Vec<u8>,
    sealed_under: String,
    created_at: i64,
    signs_from: i64,
    /// In microseconds.
    longest_token: i64,
}

impl TryFrom<SigningKeyRow> for SealedKey {
    type Error = StoreError;

    fn try_from(row: SigningKeyRow) -> Stored<Self> {
        Ok(Self {
            id: SIGNING_KEYS.text("id", &row.id)?,
            algorithm: SIGNING_KEYS.text("algorithm", &row.algorithm)?,
            sealed: row.sealed,
            sealed_under: SIGNING_KEYS.text("sealed_under", &row.sealed_under)?,
            created_at: SIGNING_KEYS.instant("created_at", row.created_at)?,
            term: KeyTerm {
                signs_from: SIGNING_KEYS.instant("signs_from", row.signs_from)?,
                longest_token: SIGNING_KEYS
                    .number("longest_token", row.longest_token)
                    .map(Duration::from_micros)?,
            },
        })
    }
}

impl From<&SealedKey> for SigningKeyRow {
    fn from(key: &SealedKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            algorithm: key.algorithm.to_string(),
            sealed: key.sealed.clone(),
            sealed_under: key.sealed_under.to_string(),
            created_at: micros(key.created_at),
            signs_from: micros(key.term.signs_from),
            longest_token: i64::try_from(key.term.longest_token.as_micros()).unwrap_or(i64::MAX),
        }
    }
}

/// The fingerprint of a master secret, as read.
pub(crate) fn fingerprint(bytes: &[u8]) -> Stored<Fingerprint> {
    MASTER_SECRETS.digest("fingerprint", bytes).map(Fingerprint)
}
