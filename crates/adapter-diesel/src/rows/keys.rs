use diesel::prelude::*;
use roster_ports::{Fingerprint, SealedKey, StoreError, Stored};

use super::table::{Table, micros};
use crate::schema::signing_keys;

const SIGNING_KEYS: Table = Table("signing_keys");
const MASTER_SECRETS: Table = Table("master_secrets");

/// A signing key, as read and as written.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub(crate) struct SigningKeyRow {
    id: String,
    sealed: Vec<u8>,
    created_at: i64,
}

impl TryFrom<SigningKeyRow> for SealedKey {
    type Error = StoreError;

    fn try_from(row: SigningKeyRow) -> Stored<Self> {
        Ok(Self {
            id: SIGNING_KEYS.text("id", &row.id)?,
            sealed: row.sealed,
            created_at: SIGNING_KEYS.instant("created_at", row.created_at)?,
        })
    }
}

impl From<&SealedKey> for SigningKeyRow {
    fn from(key: &SealedKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            sealed: key.sealed.clone(),
            created_at: micros(key.created_at),
        }
    }
}

/// The fingerprint of a master secret, as read.
pub(crate) fn fingerprint(bytes: &[u8]) -> Stored<Fingerprint> {
    MASTER_SECRETS.digest("fingerprint", bytes).map(Fingerprint)
}
