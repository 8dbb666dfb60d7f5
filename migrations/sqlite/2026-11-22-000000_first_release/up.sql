-- Ids are 16 bytes, instants microseconds since 1970 in UTC, roles, grants and scopes bit sets; folded keys are made by
-- the service, so that every database compares the same bytes.

-- The oldest release that may run on this schema. A migration that an older release cannot live with raises it.
CREATE TABLE schema_release (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest_release TEXT    NOT NULL
) STRICT;
INSERT INTO schema_release (id, oldest_release) VALUES (1, '0.1.0');

CREATE TABLE users (
    id                    BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    version               INTEGER NOT NULL CHECK (version > 0),
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    email                 TEXT    NOT NULL,
    email_key             TEXT    NOT NULL,
    fallback_email        TEXT,
    fallback_email_key    TEXT,
    email_verified        INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    first_name            TEXT    NOT NULL,
    last_name             TEXT    NOT NULL,
    name_key              TEXT    NOT NULL,
    folding_version       INTEGER NOT NULL,
    description           TEXT,
    job_title             TEXT,
    locale                TEXT,
    roles                 INTEGER NOT NULL CHECK (roles > 0),
    administrator         INTEGER NOT NULL CHECK (administrator IN (0, 1)),
    disabled              INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    group_id              BLOB    CHECK (length(group_id) = 16),
    active_workspace      BLOB    CHECK (length(active_workspace) = 16),
    picture_sha256        BLOB    CHECK (length(picture_sha256) = 32),
    picture_format        INTEGER,
    phone_e164            TEXT,
    phone_country_code    INTEGER,
    phone_national_number INTEGER,
    phone_region          TEXT,
    CONSTRAINT users_email_key UNIQUE (email_key),
    CHECK ((fallback_email IS NULL) = (fallback_email_key IS NULL)),
    CHECK ((picture_sha256 IS NULL) = (picture_format IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_country_code IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_national_number IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_region IS NULL))
) STRICT;
CREATE INDEX users_in_order ON users (name_key, created_at, id);
CREATE INDEX users_administrators ON users (id) WHERE administrator;
CREATE INDEX users_by_picture ON users (picture_sha256) WHERE picture_sha256 IS NOT NULL;

-- A table of their own, so that a sign-in makes no version of the user.
CREATE TABLE sign_in_statistics (
    user_id BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    last_at INTEGER NOT NULL,
    last_ip TEXT,
    count   INTEGER NOT NULL CHECK (count > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    user_id       BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT    NOT NULL,
    chosen_by     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facility_access (
    user_id           BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    facility_id       BLOB    NOT NULL CHECK (length(facility_id) = 16),
    actions           TEXT    NOT NULL CHECK (actions <> ''),
    expires_at        INTEGER,
    granted_by_user   BLOB    CHECK (length(granted_by_user) = 16),
    granted_by_client TEXT,
    granted_at        INTEGER NOT NULL,
    PRIMARY KEY (user_id, facility_id),
    CHECK ((granted_by_user IS NULL) <> (granted_by_client IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX facility_access_by_facility ON facility_access (facility_id, user_id);

CREATE TABLE clients (
    id           TEXT    NOT NULL,
    confidential INTEGER NOT NULL CHECK (confidential IN (0, 1)),
    secret_hash  BLOB    CHECK (length(secret_hash) = 32),
    trusted      INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    grants       INTEGER NOT NULL,
    scopes       INTEGER NOT NULL,
    disabled     INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at   INTEGER NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id      BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id    TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    last_ip      TEXT,
    user_agent   TEXT,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Used ones stay until their own time is over, so that a replay is seen.
CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL CHECK (used IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE master_secrets (
    fingerprint BLOB    NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Pictures to be erased from where they are kept, unless somebody refers to them again.
CREATE TABLE doomed_pictures (
    sha256 BLOB    NOT NULL CHECK (length(sha256) = 32),
    format INTEGER NOT NULL,
    PRIMARY KEY (sha256, format)
) STRICT, WITHOUT ROWID;

-- The audit trail and the feed, in the order of `seq`. It refers to nobody by key: it outlives whom it is about.
CREATE TABLE events (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           BLOB    NOT NULL CHECK (length(id) = 16),
    type         TEXT    NOT NULL,
    time         INTEGER NOT NULL,
    actor_type   TEXT    NOT NULL,
    actor_id     TEXT    NOT NULL,
    subject_type TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL,
    request_id   TEXT    NOT NULL,
    data         TEXT    NOT NULL
) STRICT;
