//! The tables as both databases know them. What each column holds is said in the migrations.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    schema_release (id) {
        id -> Integer,
        oldest_release -> Text,
    }
}

table! {
    users (id) {
        id -> Binary,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        email -> Text,
        email_key -> Text,
        fallback_email -> Nullable<Text>,
        fallback_email_key -> Nullable<Text>,
        email_verified -> Bool,
        first_name -> Text,
        last_name -> Text,
        name_key -> Text,
        folding_version -> SmallInt,
        description -> Nullable<Text>,
        job_title -> Nullable<Text>,
        locale -> Nullable<Text>,
        roles -> SmallInt,
        administrator -> Bool,
        disabled -> Bool,
        group_id -> Nullable<Binary>,
        active_workspace -> Nullable<Binary>,
        picture_sha256 -> Nullable<Binary>,
        picture_format -> Nullable<SmallInt>,
        phone_e164 -> Nullable<Text>,
        phone_country_code -> Nullable<Integer>,
        phone_national_number -> Nullable<BigInt>,
        phone_region -> Nullable<Text>,
    }
}

table! {
    sign_in_statistics (user_id) {
        user_id -> Binary,
        last_at -> BigInt,
        last_ip -> Nullable<Text>,
        count -> BigInt,
    }
}

table! {
    credentials (user_id) {
        user_id -> Binary,
        password_hash -> Text,
        chosen_by -> SmallInt,
        /// Generated from the hash, never written.
        bcrypt_cost -> Nullable<Integer>,
        /// Generated from the hash, never written.
        pepper -> Nullable<Text>,
    }
}

table! {
    facility_access (user_id, facility_id) {
        user_id -> Binary,
        facility_id -> Binary,
        actions -> Text,
        expires_at -> Nullable<BigInt>,
        granted_by_user -> Nullable<Binary>,
        granted_by_client -> Nullable<Text>,
        granted_at -> BigInt,
    }
}

table! {
    clients (id) {
        id -> Text,
        confidential -> Bool,
        secret_hash -> Nullable<Binary>,
        trusted -> Bool,
        grants -> SmallInt,
        scopes -> Integer,
        disabled -> Bool,
        created_at -> BigInt,
    }
}

table! {
    sessions (id) {
        id -> Binary,
        user_id -> Binary,
        client_id -> Text,
        scopes -> Integer,
        created_at -> BigInt,
        last_used_at -> BigInt,
        last_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

table! {
    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> Binary,
        expires_at -> BigInt,
        predecessor -> Nullable<Binary>,
        used_at -> Nullable<BigInt>,
        sealed_successor -> Nullable<Binary>,
    }
}

table! {
    login_attempts (counts_for, at, id) {
        counts_for -> Binary,
        at -> BigInt,
        id -> Binary,
    }
}

table! {
    signing_keys (id) {
        id -> Text,
        algorithm -> Text,
        sealed -> Binary,
        sealed_under -> Text,
        created_at -> BigInt,
        signs_from -> BigInt,
        longest_token -> BigInt,
    }
}

table! {
    master_secrets (fingerprint) {
        fingerprint -> Binary,
        created_at -> BigInt,
    }
}

table! {
    doomed_pictures (sha256, format) {
        sha256 -> Binary,
        format -> SmallInt,
    }
}

table! {
    pictures (sha256, format) {
        sha256 -> Binary,
        format -> SmallInt,
        bytes -> Binary,
    }
}

table! {
    kept_outcomes (asked_as) {
        asked_as -> Binary,
        request -> Binary,
        by_user -> Nullable<Binary>,
        by_client -> Nullable<Text>,
        about -> Binary,
        at -> BigInt,
        outcome -> Text,
    }
}

table! {
    events (seq) {
        seq -> BigInt,
        id -> Binary,
        #[sql_name = "type"]
        kind -> Text,
        time -> BigInt,
        actor_type -> Text,
        actor_id -> Text,
        subject_type -> Text,
        subject_id -> Text,
        request_id -> Text,
        data -> Text,
    }
}

table! {
    /// PostgreSQL's alone: events that have no number yet.
    fresh_events (place) {
        /// Given by the database.
        place -> BigInt,
        id -> Binary,
        #[sql_name = "type"]
        kind -> Text,
        time -> BigInt,
        actor_type -> Text,
        actor_id -> Text,
        subject_type -> Text,
        subject_id -> Text,
        request_id -> Text,
        data -> Text,
    }
}

table! {
    /// A view of every event, also where some have no number yet, in the order of `is_fresh` and `place`.
    all_events (place) {
        is_fresh -> Bool,
        place -> BigInt,
        #[sql_name = "type"]
        kind -> Text,
        time -> BigInt,
        actor_type -> Text,
        actor_id -> Text,
        subject_id -> Text,
        data -> Text,
        /// Where access changed.
        facility_id -> Nullable<Text>,
    }
}

joinable!(sign_in_statistics -> users (user_id));
joinable!(credentials -> users (user_id));
joinable!(facility_access -> users (user_id));
joinable!(sessions -> users (user_id));
joinable!(sessions -> clients (client_id));
joinable!(refresh_tokens -> sessions (session_id));
allow_tables_to_appear_in_same_query!(
    users,
    sign_in_statistics,
    credentials,
    facility_access,
    clients,
    sessions,
    refresh_tokens,
    pictures,
);
