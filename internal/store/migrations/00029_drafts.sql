-- What editors change of editions.

-- +goose Up
-- A newsletter's next edition, until one is published or approved; then what
-- that one has.
CREATE TABLE drafts (
	newsletter TEXT PRIMARY KEY,
	changes    TEXT NOT NULL,
	revision   BIGINT NOT NULL,
	asked_by   TEXT NOT NULL,
	at         BIGINT,
	tested     BIGINT, -- when a test of this revision was sent
	edition    BIGINT  -- the one that has taken it; NULL: none
) STRICT, WITHOUT ROWID;

-- Releases that an edition has left out, kept for the next, or was given
-- besides. Of one release the row of the latest edition counts.
CREATE TABLE asides (
	newsletter TEXT NOT NULL,
	n          BIGINT NOT NULL,
	since      BIGINT NOT NULL, -- the edition that made it so
	kind       TEXT NOT NULL,   -- out, kept, in
	first      BIGINT,          -- the edition that offered it first
	PRIMARY KEY (newsletter, n, since)
) STRICT, WITHOUT ROWID;

ALTER TABLE editions ADD COLUMN changes TEXT NOT NULL DEFAULT ''; -- an editor's, frozen
