-- Ids are 16 bytes, instants microseconds since 1970 in UTC, roles, grants and scopes bit sets; folded keys are made by
-- the service, so that every database compares the same bytes. What is compared or ordered as text is so byte by byte.

-- The oldest release that may run on this schema. A migration that an older release cannot live with raises it.
CREATE TABLE schema_release (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest_release TEXT    NOT NULL
);
INSERT INTO schema_release (id, oldest_release) VALUES (1, '0.1.0');

CREATE TABLE users (
    id                    BYTEA    NOT NULL PRIMARY KEY CHECK (octet_length(id) = 16),
    version               BIGINT   NOT NULL CHECK (version > 0),
    created_at            BIGINT   NOT NULL,
    updated_at            BIGINT   NOT NULL,
    email                 TEXT     NOT NULL,
    email_key             TEXT     COLLATE "C" NOT NULL,
    fallback_email        TEXT,
    fallback_email_key    TEXT     COLLATE "C",
    email_verified        BOOLEAN  NOT NULL,
    first_name            TEXT     NOT NULL,
    last_name             TEXT     NOT NULL,
    name_key              TEXT     COLLATE "C" NOT NULL,
    folding_version       SMALLINT NOT NULL,
    description           TEXT,
    job_title             TEXT,
    locale                TEXT,
    roles                 SMALLINT NOT NULL CHECK (roles > 0),
    administrator         BOOLEAN  NOT NULL,
    disabled              BOOLEAN  NOT NULL,
    group_id              BYTEA    CHECK (octet_length(group_id) = 16),
    active_workspace      BYTEA    CHECK (octet_length(active_workspace) = 16),
    picture_sha256        BYTEA    CHECK (octet_length(picture_sha256) = 32),
    picture_format        SMALLINT,
    phone_e164            TEXT,
    phone_country_code    INTEGER,
    phone_national_number BIGINT,
    phone_region          TEXT,
    CONSTRAINT users_email_key UNIQUE (email_key),
    CHECK ((fallback_email IS NULL) = (fallback_email_key IS NULL)),
    CHECK ((picture_sha256 IS NULL) = (picture_format IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_country_code IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_national_number IS NULL)),
    CHECK ((phone_e164 IS NULL) = (phone_region IS NULL))
);
CREATE INDEX users_in_order ON users (name_key, created_at, id);
CREATE INDEX users_administrators ON users (id) WHERE administrator;
CREATE INDEX users_by_picture ON users (picture_sha256) WHERE picture_sha256 IS NOT NULL;

-- A table of their own, so that a sign-in makes no version of the user.
CREATE TABLE sign_in_statistics (
    user_id BYTEA  NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    last_at BIGINT NOT NULL,
    last_ip TEXT,
    count   BIGINT NOT NULL CHECK (count > 0)
);

CREATE TABLE credentials (
    user_id       BYTEA    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT     COLLATE "C" NOT NULL,
    chosen_by     SMALLINT NOT NULL
);

CREATE TABLE facility_access (
    user_id           BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    facility_id       BYTEA  NOT NULL CHECK (octet_length(facility_id) = 16),
    actions           TEXT   COLLATE "C" NOT NULL CHECK (actions <> ''),
    expires_at        BIGINT,
    granted_by_user   BYTEA  CHECK (octet_length(granted_by_user) = 16),
    granted_by_client TEXT,
    granted_at        BIGINT NOT NULL,
    PRIMARY KEY (user_id, facility_id),
    CHECK ((granted_by_user IS NULL) <> (granted_by_client IS NULL))
);
CREATE INDEX facility_access_by_facility ON facility_access (facility_id, user_id);

CREATE TABLE clients (
    id           TEXT     COLLATE "C" NOT NULL,
    confidential BOOLEAN  NOT NULL,
    secret_hash  BYTEA    CHECK (octet_length(secret_hash) = 32),
    trusted      BOOLEAN  NOT NULL,
    grants       SMALLINT NOT NULL,
    scopes       INTEGER  NOT NULL,
    disabled     BOOLEAN  NOT NULL,
    created_at   BIGINT   NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (id)
);

CREATE TABLE sessions (
    id           BYTEA   NOT NULL PRIMARY KEY CHECK (octet_length(id) = 16),
    user_id      BYTEA   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id    TEXT    COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes       INTEGER NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT  NOT NULL,
    last_ip      TEXT,
    user_agent   TEXT,
    expires_at   BIGINT  NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Used ones stay until their own time is over, so that a replay is seen.
CREATE TABLE refresh_tokens (
    hash       BYTEA   NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
    session_id BYTEA   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT  NOT NULL,
    used       BOOLEAN NOT NULL
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
    id         TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE master_secrets (
    fingerprint BYTEA  NOT NULL PRIMARY KEY CHECK (octet_length(fingerprint) = 32),
    created_at  BIGINT NOT NULL
);

-- Pictures to be erased from where they are kept, unless somebody refers to them again.
CREATE TABLE doomed_pictures (
    sha256 BYTEA    NOT NULL CHECK (octet_length(sha256) = 32),
    format SMALLINT NOT NULL,
    PRIMARY KEY (sha256, format)
);

-- The audit trail and the feed, in the order of `seq`. It refers to nobody by key: it outlives whom it is about.
CREATE TABLE events (
    seq          BIGINT NOT NULL PRIMARY KEY,
    id           BYTEA  NOT NULL CHECK (octet_length(id) = 16),
    type         TEXT   NOT NULL,
    time         BIGINT NOT NULL,
    actor_type   TEXT   NOT NULL,
    actor_id     TEXT   NOT NULL,
    subject_type TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    request_id   TEXT   NOT NULL,
    data         TEXT   NOT NULL
);

-- PostgreSQL alone: transactions commit in another order than that in which they take numbers, so events wait here, in
-- an order in which nothing comes before what it rests on, until one instance moves what is committed to `events`.
CREATE TABLE fresh_events (
    place        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           BYTEA  NOT NULL CHECK (octet_length(id) = 16),
    type         TEXT   NOT NULL,
    time         BIGINT NOT NULL,
    actor_type   TEXT   NOT NULL,
    actor_id     TEXT   NOT NULL,
    subject_type TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    request_id   TEXT   NOT NULL,
    data         TEXT   NOT NULL
);

-- PostgreSQL alone: the last number that was given. Whoever gives numbers holds this row.
CREATE TABLE event_numbering (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT  NOT NULL CHECK (last >= 0)
);
INSERT INTO event_numbering (id, last) VALUES (1, 0);
