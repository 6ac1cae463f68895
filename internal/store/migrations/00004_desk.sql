-- Settings made once, and who did what.

-- +goose Up
CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value BYTEA NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
	n       BIGSERIAL PRIMARY KEY,
	at      BIGINT NOT NULL,
	who     TEXT NOT NULL,
	what    TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail  TEXT NOT NULL
) STRICT;
CREATE INDEX log_subject ON log (subject, n);
