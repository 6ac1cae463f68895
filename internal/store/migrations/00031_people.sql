-- Passwords of editors, who is one by the configuration, the link that makes
-- the first one, and the log by who acted.

-- +goose Up
ALTER TABLE editors ADD COLUMN password TEXT NOT NULL DEFAULT ''; -- sealed with argon2id; empty: none
ALTER TABLE editors ADD COLUMN configured BIGINT NOT NULL DEFAULT 0;
ALTER TABLE editor_sessions ADD COLUMN way TEXT NOT NULL DEFAULT 'link'; -- how it began: link, password

CREATE TABLE first_links (
	hash BYTEA PRIMARY KEY,
	ends BIGINT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX log_who ON log (who, n);
