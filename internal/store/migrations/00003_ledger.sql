-- Newsletters' slots, editions, and what became of every letter.

-- +goose Up
-- A row for each newsletter that was ever asked about. Expanding a newsletter's
-- editions locks it, so that two of them never decide on one reader at once.
CREATE TABLE newsletters (
	name TEXT PRIMARY KEY,
	slot BIGINT -- the one it waits for
) STRICT, WITHOUT ROWID;

CREATE TABLE editions (
	n          BIGSERIAL PRIMARY KEY, -- in the order of a newsletter's publishing
	id         TEXT NOT NULL UNIQUE,
	newsletter TEXT NOT NULL,
	state      TEXT NOT NULL,
	slot       BIGINT,
	hand       BIGINT NOT NULL,
	asked_by   TEXT NOT NULL,
	horizon    BIGINT NOT NULL,
	published  BIGINT,
	approved   BIGINT,
	reason     TEXT NOT NULL,
	changed    BIGINT,
	expanded   BIGINT NOT NULL,
	closed     BIGINT NOT NULL DEFAULT 0, -- nothing is open and every bookmark moved
	versions   BIGINT NOT NULL DEFAULT 0, -- the last number of a version
	none       BIGINT NOT NULL DEFAULT 0  -- readers who were planned nothing
) STRICT;
CREATE INDEX editions_newsletter ON editions (newsletter, n);
CREATE INDEX editions_open ON editions (newsletter, n) WHERE closed = 0;

-- The parts of an edition's readers, and how far each is expanded.
CREATE TABLE edition_groups (
	edition           BIGINT NOT NULL REFERENCES editions (n) ON DELETE CASCADE,
	zone              TEXT NOT NULL,
	due               BIGINT NOT NULL,
	cursor_bookmark   BIGINT NOT NULL DEFAULT -1,
	cursor_subscriber BIGINT NOT NULL DEFAULT -1,
	wait_bookmark     BIGINT, -- the first reader passed over since the cursor was set back
	wait_subscriber   BIGINT,
	done              BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (edition, zone)
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_groups_due ON edition_groups (due) WHERE done = 0;

CREATE TABLE versions (
	edition  BIGINT NOT NULL REFERENCES editions (n) ON DELETE CASCADE,
	n        BIGINT NOT NULL,
	digest   TEXT NOT NULL, -- of language and items
	language TEXT NOT NULL,
	items    TEXT NOT NULL,
	readers  BIGINT NOT NULL DEFAULT 0, -- planned
	PRIMARY KEY (edition, n),
	UNIQUE (edition, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE version_items (
	edition BIGINT NOT NULL,
	version BIGINT NOT NULL,
	kind    TEXT NOT NULL,
	item    TEXT NOT NULL,
	PRIMARY KEY (edition, version, kind, item),
	FOREIGN KEY (edition, version) REFERENCES versions (edition, n) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX version_items_item ON version_items (item);

-- A block is claimed, leased, retried and counted as one. The counters are of
-- the deliveries that are in it now. Blocks and deliveries do not refer to
-- their edition by foreign key: each insert would lock its row on PostgreSQL,
-- and editions are never deleted.
CREATE TABLE blocks (
	id          BIGSERIAL PRIMARY KEY,
	edition     BIGINT NOT NULL,
	due         BIGINT NOT NULL,
	lease_until BIGINT,                    -- NULL: in nobody's hand
	owner       TEXT NOT NULL DEFAULT '',
	token       BIGINT NOT NULL DEFAULT 0, -- grows with each claim
	open        BIGINT NOT NULL,
	sent        BIGINT NOT NULL DEFAULT 0,
	failed      BIGINT NOT NULL DEFAULT 0,
	skipped     BIGINT NOT NULL DEFAULT 0,
	done        BIGINT NOT NULL DEFAULT 0  -- nothing is open, bookmarks moved
) STRICT;
CREATE INDEX blocks_due ON blocks (due, id) WHERE done = 0;
CREATE INDEX blocks_edition ON blocks (edition, done);

-- The truth. A reader who was planned nothing has a row without a block.
CREATE TABLE deliveries (
	edition    BIGINT NOT NULL,
	subscriber BIGINT NOT NULL,
	block      BIGINT,
	version    BIGINT NOT NULL,
	state      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	attempts   BIGINT NOT NULL DEFAULT 0,
	first_at   BIGINT,
	doubt      BIGINT NOT NULL DEFAULT 0,
	at         BIGINT,
	code       BIGINT NOT NULL DEFAULT 0,
	enhanced   TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (edition, subscriber)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_block ON deliveries (block, subscriber) WHERE block IS NOT NULL;
