-- Refresh tokens and client secrets are hashed in another way from here on, so nobody can present what was made before:
-- every sign-in ends, and each confidential client needs another secret. No release had been made of the schema before.
DELETE FROM sessions;
DROP TABLE refresh_tokens;

CREATE INDEX sessions_by_client ON sessions (client_id);

-- Used ones stay until their own time is over, so that a replay is seen. For a short while a used one keeps its
-- successor, sealed so that only whoever has the used one can read it. A predecessor may be gone before its successor.
CREATE TABLE refresh_tokens (
    hash             BYTEA  NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
    session_id       BYTEA  NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at       BIGINT NOT NULL,
    predecessor      BYTEA  CHECK (octet_length(predecessor) = 32),
    used_at          BIGINT,
    sealed_successor BYTEA,
    CHECK (sealed_successor IS NULL OR used_at IS NOT NULL)
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
CREATE INDEX refresh_tokens_with_successor ON refresh_tokens (used_at) WHERE sealed_successor IS NOT NULL;

-- A row for each account and address that a failed try to prove a password counts for, under a pseudonym.
CREATE TABLE login_attempts (
    counts_for BYTEA  NOT NULL CHECK (octet_length(counts_for) = 16),
    at         BIGINT NOT NULL,
    id         BYTEA  NOT NULL CHECK (octet_length(id) = 16),
    PRIMARY KEY (counts_for, at, id)
);
CREATE INDEX login_attempts_by_time ON login_attempts (at);

-- What a hash is of, so that it can be counted and found: a bcrypt text is the last 60 characters, and what stands in
-- front of it names a pepper.
ALTER TABLE credentials ADD COLUMN bcrypt_cost INTEGER GENERATED ALWAYS AS (
    CAST(substring(right(password_hash, 60) FROM '^\$2.\$([0-9][0-9])\$') AS INTEGER)
) STORED;
ALTER TABLE credentials ADD COLUMN pepper TEXT COLLATE "C" GENERATED ALWAYS AS (
    CASE WHEN starts_with(password_hash, 'v1$') THEN substr(password_hash, 4, 8) END
) STORED;
CREATE INDEX credentials_by_cost ON credentials (bcrypt_cost);
CREATE INDEX credentials_by_pepper ON credentials (pepper);

-- The longest token of a key is in microseconds.
CREATE TABLE terms_of_signing_keys (
    id            TEXT   COLLATE "C" NOT NULL,
    algorithm     TEXT   NOT NULL,
    sealed        BYTEA  NOT NULL,
    sealed_under  TEXT   NOT NULL CHECK (length(sealed_under) = 8),
    created_at    BIGINT NOT NULL,
    signs_from    BIGINT NOT NULL,
    longest_token BIGINT NOT NULL CHECK (longest_token >= 0)
);
-- Keys from before sign since they were made, for tokens of a day at most. Under which master secret they are sealed
-- was not noted: the newest is the best guess, and where there is none, any is as good.
INSERT INTO terms_of_signing_keys (id, algorithm, sealed, sealed_under, created_at, signs_from, longest_token)
SELECT
    id,
    'ES256',
    sealed,
    coalesce(
        (
            SELECT encode(substr(fingerprint, 1, 4), 'hex')
            FROM master_secrets ORDER BY created_at DESC, fingerprint DESC LIMIT 1
        ),
        '00000000'
    ),
    created_at,
    created_at,
    86400000000
FROM signing_keys;
DROP TABLE signing_keys;
ALTER TABLE terms_of_signing_keys RENAME TO signing_keys;
ALTER TABLE signing_keys ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);

-- What came of changes that were asked for with an idempotency key: kept for a day, and no longer than whoever asked and
-- whom it is about. Names of caller, key and request are pseudonyms.
CREATE TABLE kept_outcomes (
    asked_as  BYTEA  NOT NULL PRIMARY KEY CHECK (octet_length(asked_as) = 16),
    request   BYTEA  NOT NULL CHECK (octet_length(request) = 16),
    by_user   BYTEA  REFERENCES users (id) ON DELETE CASCADE,
    by_client TEXT   COLLATE "C" REFERENCES clients (id) ON DELETE CASCADE,
    about     BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    outcome   TEXT   NOT NULL,
    CHECK ((by_user IS NULL) <> (by_client IS NULL))
);
CREATE INDEX kept_outcomes_by_time ON kept_outcomes (at);
CREATE INDEX kept_outcomes_by_user ON kept_outcomes (by_user) WHERE by_user IS NOT NULL;
CREATE INDEX kept_outcomes_by_client ON kept_outcomes (by_client) WHERE by_client IS NOT NULL;
CREATE INDEX kept_outcomes_about ON kept_outcomes (about);

-- Pictures whose bytes the database holds itself, by their content: a backup brings them along so.
CREATE TABLE pictures (
    sha256 BYTEA    NOT NULL CHECK (octet_length(sha256) = 32),
    format SMALLINT NOT NULL,
    bytes  BYTEA    NOT NULL,
    PRIMARY KEY (sha256, format)
);

-- With the format, pictures come in the order of their names, each once, without sorting.
DROP INDEX users_by_picture;
CREATE INDEX users_by_picture ON users (picture_sha256, picture_format) WHERE picture_sha256 IS NOT NULL;

-- PostgreSQL alone: words are found within names without reading them all, where the server has what that takes and
-- lets it be made.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX users_by_parts_of_names ON users USING gin (name_key gin_trgm_ops);
EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
        RAISE WARNING 'searching for people reads all names: the extension pg_trgm cannot be used';
END
$$;
