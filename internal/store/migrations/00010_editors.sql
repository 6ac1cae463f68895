-- The people at the desk, and how they are let in. Of links and cookies only
-- hashes are kept.

-- +goose Up
CREATE TABLE editors (
	email TEXT PRIMARY KEY, -- folded
	name  TEXT NOT NULL,
	role  TEXT NOT NULL,
	added BIGINT NOT NULL,
	seen  BIGINT            -- NULL: never signed in
) STRICT, WITHOUT ROWID;

CREATE TABLE editor_links (
	hash  BYTEA PRIMARY KEY,
	email TEXT NOT NULL REFERENCES editors (email) ON DELETE CASCADE,
	ends  BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX editor_links_email ON editor_links (email);

CREATE TABLE editor_sessions (
	hash  BYTEA PRIMARY KEY,
	email TEXT NOT NULL REFERENCES editors (email) ON DELETE CASCADE,
	began BIGINT NOT NULL,
	seen  BIGINT NOT NULL,
	agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX editor_sessions_email ON editor_sessions (email);
