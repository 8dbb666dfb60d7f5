-- The release before knows keys for ES256 alone.
CREATE TABLE keys_without_terms (
    id         TEXT    NOT NULL PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO keys_without_terms (id, sealed, created_at)
SELECT id, sealed, created_at FROM signing_keys WHERE algorithm = 'ES256';
DROP TABLE signing_keys;
ALTER TABLE keys_without_terms RENAME TO signing_keys;

DROP INDEX users_by_picture;
CREATE INDEX users_by_picture ON users (picture_sha256) WHERE picture_sha256 IS NOT NULL;
DROP TABLE pictures;
DROP TABLE kept_outcomes;
DROP INDEX credentials_by_cost;
DROP INDEX credentials_by_pepper;
ALTER TABLE credentials DROP COLUMN bcrypt_cost;
ALTER TABLE credentials DROP COLUMN pepper;

DROP TABLE login_attempts;

-- It hashes refresh tokens and client secrets in another way, so nobody can present what was made since.
DELETE FROM sessions;
DROP INDEX sessions_by_client;
DROP TABLE refresh_tokens;
CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL CHECK (used IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
