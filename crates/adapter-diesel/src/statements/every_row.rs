//! Reads every row as what it stands for, one after the other.

use diesel::prelude::*;
use diesel::result::Error;
use roster_domain::{Access, Client, PictureName, Session, SignIns, User};
use roster_ports::{KeptOutcome, PasswordRecord, RefreshTokenRecord, SealedKey, StoreError, Stored};
use uuid::Uuid;

use super::{Connection, RowByRow};
use crate::rows::{
    AccessRow, AttemptRow, ClientRow, CredentialRow, DoomedPictureRow, EventRow, KeptOutcomeRow,
    RefreshTokenRow, SessionRow, SignInRow, SigningKeyRow, UserRow, counted, fingerprint, held_name,
    token_hash, tried_at,
};
use crate::schema::{
    clients, credentials, doomed_pictures, events, facility_access, kept_outcomes, login_attempts,
    master_secrets, pictures, refresh_tokens, sessions, sign_in_statistics, signing_keys, users,
};

/// Reads a table row by row; a row is its key and what is read as something.
macro_rules! read_rows {
    ($reading:ident, $connection:ident, $table:ident, $columns:expr => $row:ty, $read:expr) => {{
        let rows = $table::table.select($columns).load_iter::<$row, RowByRow>($connection);
        $reading.table(stringify!($table), rows, $read);
    }};
}

/// Tells of each row that stands for nothing, `most` of a table at most. Returns each table with its number of rows.
pub(in super::super) fn unreadable_rows(
    connection: &mut Connection,
    most: usize,
    wrong: &mut Vec<String>,
) -> Vec<(&'static str, u64)> {
    let mut reading = Reading { most, wrong, rows: Vec::new() };
    let it = &mut reading;
    read_rows!(it, connection, users, (users::id, UserRow::as_select()) => (Bytes, UserRow), |(id, row)| {
        (hex(&id), User::try_from(row).map(drop))
    });
    read_rows!(
        it, connection, sign_in_statistics,
        (sign_in_statistics::user_id, SignInRow::as_select()) => (Bytes, SignInRow),
        |(id, row)| (hex(&id), SignIns::try_from(row).map(drop))
    );
    read_rows!(
        it, connection, credentials,
        (credentials::user_id, credentials::pepper, CredentialRow::as_select())
            => (Bytes, Option<String>, CredentialRow),
        |(id, pepper, row)| {
            (hex(&id), PasswordRecord::try_from(row).and_then(|_| counted((pepper, 0))).map(drop))
        }
    );
    read_rows!(
        it, connection, facility_access,
        (facility_access::user_id, facility_access::facility_id, AccessRow::as_select())
            => (Bytes, Bytes, AccessRow),
        |(user, facility, row)| {
            (format!("{} {}", hex(&user), hex(&facility)), Access::try_from(row).map(drop))
        }
    );
    read_rows!(
        it, connection, clients,
        (clients::id, clients::secret_hash, ClientRow::as_select()) => (String, Option<Bytes>, ClientRow),
        |(id, secret, row)| (id, Client::try_from(row).and_then(|_| optional(secret, token_hash)))
    );
    read_rows!(
        it, connection, sessions,
        (sessions::id, SessionRow::as_select()) => (Bytes, SessionRow),
        |(id, row)| (hex(&id), Session::try_from(row).map(drop))
    );
    read_rows!(
        it, connection, refresh_tokens,
        (refresh_tokens::session_id, RefreshTokenRow::as_select()) => (Bytes, RefreshTokenRow),
        |(session, row)| (format!("of {}", hex(&session)), RefreshTokenRecord::try_from(row).map(drop))
    );
    read_rows!(
        it, connection, login_attempts,
        AttemptRow::as_select() => AttemptRow,
        |row| (hex(&row.id), tried_at(row.at).map(drop))
    );
    read_rows!(
        it, connection, signing_keys,
        (signing_keys::id, SigningKeyRow::as_select()) => (String, SigningKeyRow),
        |(id, row)| (id, SealedKey::try_from(row).map(drop))
    );
    read_rows!(
        it, connection, master_secrets,
        master_secrets::fingerprint => Bytes,
        |secret| (hex(&secret), fingerprint(&secret).map(drop))
    );
    read_rows!(
        it, connection, doomed_pictures,
        (doomed_pictures::sha256, DoomedPictureRow::as_select()) => (Bytes, DoomedPictureRow),
        |(sha256, row)| (hex(&sha256), PictureName::try_from(row).map(drop))
    );
    read_rows!(
        it, connection, pictures,
        (pictures::sha256, pictures::format) => (Bytes, i16),
        |(sha256, format)| (hex(&sha256), held_name((sha256, format)).map(drop))
    );
    read_rows!(
        it, connection, kept_outcomes,
        (kept_outcomes::asked_as, KeptOutcomeRow::as_select()) => (Bytes, KeptOutcomeRow),
        |(asked_as, row)| (hex(&asked_as), KeptOutcome::try_from(row).map(drop))
    );
    let mut last = 0;
    let in_order = events::table.order(events::seq.asc()).select((events::seq, EventRow::as_select()));
    let rows = in_order.load_iter::<(i64, EventRow), RowByRow>(connection);
    it.table("events", rows, |(seq, row)| {
        let comes_later = std::mem::replace(&mut last, seq) < seq;
        (seq.to_string(), row.in_order(comes_later))
    });
    reading.rows
}

type Bytes = Vec<u8>;

struct Reading<'w> {
    most: usize,
    wrong: &'w mut Vec<String>,
    rows: Vec<(&'static str, u64)>,
}

impl Reading<'_> {
    fn table<R>(
        &mut self,
        name: &'static str,
        rows: QueryResult<impl Iterator<Item = QueryResult<R>>>,
        mut read: impl FnMut(R) -> (String, Stored<()>),
    ) {
        let (mut count, mut broken) = (0_u64, 0);
        let mut tell = |line: String| {
            broken += 1;
            if broken <= self.most {
                self.wrong.push(line);
            }
        };
        match rows {
            Err(error) => tell(format!("{name}: {error}")),
            Ok(rows) => {
                for row in rows {
                    count += 1;
                    match row.map(&mut read) {
                        Ok((_, Ok(()))) => {}
                        Ok((key, Err(error))) => tell(said(name, &key, &error)),
                        Err(error) => {
                            tell(format!("{name}: {error}"));
                            // Only what is no such value at all leaves the rows behind it readable.
                            if !matches!(error, Error::DeserializationError(_)) {
                                break;
                            }
                        }
                    }
                }
            }
        }
        if broken > self.most {
            self.wrong.push(format!("{name}: {} more", broken - self.most));
        }
        self.rows.push((name, count));
    }
}

fn said(table: &str, key: &str, error: &StoreError) -> String {
    match error {
        StoreError::BrokenRow { column, .. } => format!("{table} {key}: {column} stands for nothing"),
        other => format!("{table} {key}: {other}"),
    }
}

fn optional<T>(bytes: Option<Vec<u8>>, read: impl FnOnce(&[u8]) -> Stored<T>) -> Stored<()> {
    bytes.map_or(Ok(()), |bytes| read(&bytes).map(drop))
}

/// An id as everybody writes it, and other bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let Ok(id) = Uuid::from_slice(bytes) else {
        return bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    };
    id.to_string()
}
