-- Programs that act at the desk, and what they bring.

-- +goose Up
CREATE TABLE api_tokens (
	hash    BYTEA PRIMARY KEY,
	name    TEXT NOT NULL UNIQUE,
	scopes  TEXT NOT NULL,    -- words, with spaces between
	made_by TEXT NOT NULL,
	made    BIGINT NOT NULL,
	used    BIGINT            -- NULL: never; right to the hour
) STRICT, WITHOUT ROWID;

CREATE TABLE pushed (
	kind     TEXT NOT NULL,          -- article, event
	external TEXT NOT NULL,          -- what whoever brought it calls it
	n        BIGINT NOT NULL UNIQUE, -- grows with each change: whoever has read up to here reads on
	item     TEXT NOT NULL,          -- JSON; empty once it was taken back
	etag     TEXT NOT NULL,
	baseline BIGINT NOT NULL,        -- 1: came as something readers know already
	gone     BIGINT NOT NULL,        -- 1: was taken back
	at       BIGINT NOT NULL,
	PRIMARY KEY (kind, external)
) STRICT, WITHOUT ROWID;
