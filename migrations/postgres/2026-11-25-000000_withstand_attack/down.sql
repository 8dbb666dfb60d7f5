DROP INDEX IF EXISTS users_by_parts_of_names;
DROP INDEX users_by_picture;
CREATE INDEX users_by_picture ON users (picture_sha256) WHERE picture_sha256 IS NOT NULL;
DROP TABLE pictures;
DROP TABLE kept_outcomes;
DROP INDEX credentials_by_cost;
DROP INDEX credentials_by_pepper;
ALTER TABLE credentials DROP COLUMN bcrypt_cost;
ALTER TABLE credentials DROP COLUMN pepper;

-- The release before knows keys for ES256 alone.
CREATE TABLE keys_without_terms (
    id         TEXT   COLLATE "C" NOT NULL,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO keys_without_terms (id, sealed, created_at)
SELECT id, sealed, created_at FROM signing_keys WHERE algorithm = 'ES256';
DROP TABLE signing_keys;
ALTER TABLE keys_without_terms RENAME TO signing_keys;
ALTER TABLE signing_keys ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);

DROP TABLE login_attempts;

-- It hashes refresh tokens and client secrets in another way, so nobody can present what was made since.
DELETE FROM sessions;
DROP INDEX sessions_by_client;
DROP TABLE refresh_tokens;
CREATE TABLE refresh_tokens (
    hash       BYTEA   NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
    session_id BYTEA   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT  NOT NULL,
    used       BOOLEAN NOT NULL
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
