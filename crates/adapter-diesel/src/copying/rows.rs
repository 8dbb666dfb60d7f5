//! The rows of every table as they lie there, whatever they stand for: a copy judges nothing.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::PICTURES;
use super::checksum::{Checksum, Column};
use crate::schema::{
    clients, credentials, doomed_pictures, events, facility_access, kept_outcomes, login_attempts,
    master_secrets, pictures, refresh_tokens, sessions, sign_in_statistics, signing_keys, users,
};

type Bytes = Vec<u8>;

/// A row of a table that is copied in the order of its key.
pub(crate) trait Row: Sized {
    /// Its table.
    const TABLE: &'static str;

    /// Whether it comes after the other one.
    fn is_after(&self, other: &Self) -> bool;

    /// Adds each of its columns.
    fn add_to(&self, checksum: &mut Checksum);
}

/// Makes the row of each table: its key, and every column that is written.
macro_rules! rows {
    ($($table:ident as $row:ident by $($key:ident),+ { $($column:ident: $kind:ty,)+ })+) => {$(
        #[derive(Debug, Queryable, Selectable, Insertable)]
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        pub(crate) struct $row {
            $(pub(crate) $column: $kind,)+
        }

        impl Row for $row {
            const TABLE: &'static str = stringify!($table);

            fn is_after(&self, other: &Self) -> bool {
                ($(&self.$key,)+) > ($(&other.$key,)+)
            }

            fn add_to(&self, checksum: &mut Checksum) {
                $(self.$column.add_to(checksum);)+
            }
        }
    )+};
}

rows! {
    users as UserCopy by id {
        id: Bytes,
        version: i64,
        created_at: i64,
        updated_at: i64,
        email: String,
        email_key: String,
        fallback_email: Option<String>,
        fallback_email_key: Option<String>,
        email_verified: bool,
        first_name: String,
        last_name: String,
        name_key: String,
        folding_version: i16,
        description: Option<String>,
        job_title: Option<String>,
        locale: Option<String>,
        roles: i16,
        administrator: bool,
        disabled: bool,
        group_id: Option<Bytes>,
        active_workspace: Option<Bytes>,
        picture_sha256: Option<Bytes>,
        picture_format: Option<i16>,
        phone_e164: Option<String>,
        phone_country_code: Option<i32>,
        phone_national_number: Option<i64>,
        phone_region: Option<String>,
    }
    sign_in_statistics as SignInCopy by user_id {
        user_id: Bytes,
        last_at: i64,
        last_ip: Option<String>,
        count: i64,
    }
    credentials as CredentialCopy by user_id {
        user_id: Bytes,
        password_hash: String,
        chosen_by: i16,
    }
    facility_access as AccessCopy by user_id, facility_id {
        user_id: Bytes,
        facility_id: Bytes,
        actions: String,
        expires_at: Option<i64>,
        granted_by_user: Option<Bytes>,
        granted_by_client: Option<String>,
        granted_at: i64,
    }
    clients as ClientCopy by id {
        id: String,
        confidential: bool,
        secret_hash: Option<Bytes>,
        trusted: bool,
        grants: i16,
        scopes: i32,
        disabled: bool,
        created_at: i64,
    }
    sessions as SessionCopy by id {
        id: Bytes,
        user_id: Bytes,
        client_id: String,
        scopes: i32,
        created_at: i64,
        last_used_at: i64,
        last_ip: Option<String>,
        user_agent: Option<String>,
        expires_at: i64,
    }
    refresh_tokens as RefreshTokenCopy by hash {
        hash: Bytes,
        session_id: Bytes,
        expires_at: i64,
        predecessor: Option<Bytes>,
        used_at: Option<i64>,
        sealed_successor: Option<Bytes>,
    }
    login_attempts as AttemptCopy by counts_for, at, id {
        counts_for: Bytes,
        at: i64,
        id: Bytes,
    }
    signing_keys as SigningKeyCopy by id {
        id: String,
        algorithm: String,
        sealed: Bytes,
        sealed_under: String,
        created_at: i64,
        signs_from: i64,
        longest_token: i64,
    }
    master_secrets as MasterSecretCopy by fingerprint {
        fingerprint: Bytes,
        created_at: i64,
    }
    doomed_pictures as DoomedPictureCopy by sha256, format {
        sha256: Bytes,
        format: i16,
    }
    kept_outcomes as KeptOutcomeCopy by asked_as {
        asked_as: Bytes,
        request: Bytes,
        by_user: Option<Bytes>,
        by_client: Option<String>,
        about: Bytes,
        at: i64,
        outcome: String,
    }
    events as EventCopy by seq {
        seq: i64,
        id: Bytes,
        kind: String,
        time: i64,
        actor_type: String,
        actor_id: String,
        subject_type: String,
        subject_id: String,
        request_id: String,
        data: String,
    }
}

/// A picture. Its bytes count by what they sum up to, so that its name alone tells the checksum of a whole one.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = pictures)]
pub(crate) struct PictureCopy {
    pub(crate) sha256: Bytes,
    pub(crate) format: i16,
    pub(crate) bytes: Bytes,
}

/// Adds a picture whose bytes have this SHA-256.
pub(crate) fn add_picture(sha256: &[u8], format: i16, of_bytes: &[u8], checksum: &mut Checksum) {
    sha256.to_vec().add_to(checksum);
    format.add_to(checksum);
    of_bytes.to_vec().add_to(checksum);
}

impl Row for PictureCopy {
    const TABLE: &'static str = PICTURES;

    fn is_after(&self, other: &Self) -> bool {
        (&self.sha256, self.format) > (&other.sha256, other.format)
    }

    fn add_to(&self, checksum: &mut Checksum) {
        add_picture(&self.sha256, self.format, &Sha256::digest(&self.bytes), checksum);
    }
}
