-- The pictures of articles, as letters and pages show them. They are in the
-- database because several machines share that alone, and backup and copy
-- carry them.

-- +goose Up
CREATE TABLE pictures (
	name   TEXT PRIMARY KEY, -- hash of the bytes, and .jpg or .png
	width  BIGINT NOT NULL,
	height BIGINT NOT NULL,
	kept   BIGINT NOT NULL,
	bytes  BYTEA NOT NULL    -- last, so that sizes are read without it
) STRICT;

-- Where articles have their pictures, and what became of fetching them.
CREATE TABLE picture_addresses (
	address     TEXT PRIMARY KEY,
	lead        TEXT NOT NULL DEFAULT '', -- names of pictures; empty: there is none
	thumb       TEXT NOT NULL DEFAULT '',
	mark        TEXT NOT NULL DEFAULT '', -- of the bytes that were found there
	looked      BIGINT,                   -- when it was last tried; NULL: never
	due         BIGINT,                   -- when it is tried again; NULL: not before an article changes
	attempts    BIGINT NOT NULL DEFAULT 0,
	token       BIGINT NOT NULL DEFAULT 0,
	lease_until BIGINT,
	reason      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_addresses_due ON picture_addresses (due) WHERE due IS NOT NULL;
