use diesel::prelude::*;
use roster_ports::{ChosenBy, PasswordHash, PasswordRecord, SecretId, StoreError, Stored};

use super::table::Table;
use crate::schema::credentials;

const CREDENTIALS: Table = Table("credentials");
const OWNER: i16 = 1;
const OTHER: i16 = 2;

/// A password, as read and as written. What the database generates from it is not part of it.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials)]
pub(crate) struct CredentialRow {
    password_hash: String,
    chosen_by: i16,
}

impl TryFrom<CredentialRow> for PasswordRecord {
    type Error = StoreError;

    fn try_from(row: CredentialRow) -> Stored<Self> {
        let chosen_by = match row.chosen_by {
            OWNER => ChosenBy::Owner,
            OTHER => ChosenBy::Other,
            _ => return Err(CREDENTIALS.broken("chosen_by")),
        };
        Ok(Self { hash: PasswordHash(row.password_hash), chosen_by })
    }
}

impl From<&PasswordRecord> for CredentialRow {
    fn from(record: &PasswordRecord) -> Self {
        let chosen_by = match record.chosen_by {
            ChosenBy::Owner => OWNER,
            ChosenBy::Other => OTHER,
        };
        Self { password_hash: record.hash.0.clone(), chosen_by }
    }
}

/// A number of passwords with the master secret of their pepper, as read.
pub(crate) fn counted((pepper, count): (Option<String>, i64)) -> Stored<(Option<SecretId>, u64)> {
    let secret = CREDENTIALS.optional_text("pepper", pepper.as_deref())?;
    Ok((secret, CREDENTIALS.number("pepper", count)?))
}

/// A cost of bcrypt, as read.
pub(crate) fn cost(cost: i32) -> Stored<u32> {
    CREDENTIALS.number("bcrypt_cost", cost)
}
