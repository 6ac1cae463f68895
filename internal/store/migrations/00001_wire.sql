-- What there is to publish, and the wire.
--
-- One text for both engines: BIGINT, BYTEA, BIGSERIAL and GREATEST are
-- PostgreSQL's words and replaced for SQLite, STRICT and WITHOUT ROWID are
-- SQLite's and dropped for PostgreSQL (dialect.go). Times are Unix
-- milliseconds, days are text like 2026-06-02, lists are JSON.

-- +goose Up
CREATE TABLE sources (
	name       TEXT PRIMARY KEY,
	synced_at  BIGINT,             -- of the latest sync; NULL: no baseline yet
	report     TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE articles (
	id             TEXT PRIMARY KEY,
	source         TEXT NOT NULL,
	slug           TEXT NOT NULL UNIQUE,
	url            TEXT NOT NULL,
	canonical      TEXT NOT NULL,
	title          TEXT NOT NULL,
	standfirst     TEXT NOT NULL,
	authors        TEXT NOT NULL,
	topics         TEXT NOT NULL,
	image_url      TEXT NOT NULL,
	image_alt      TEXT NOT NULL,
	lang           TEXT NOT NULL,
	access         TEXT NOT NULL,
	published      BIGINT,
	date_only      BIGINT NOT NULL,
	updated        BIGINT,
	changed        BIGINT,
	minutes        BIGINT NOT NULL,
	state          TEXT NOT NULL,
	reason         TEXT NOT NULL,
	hash           TEXT NOT NULL,
	since          BIGINT,
	due            BIGINT,
	released       BIGINT NOT NULL DEFAULT 0, -- its newest number on the wire
	withdrawn_upto BIGINT NOT NULL DEFAULT 0, -- the wire's last number when it was last withdrawn
	not_in_letters BIGINT NOT NULL DEFAULT 0,
	body           TEXT NOT NULL              -- last, so that lists do not read it
) STRICT;

CREATE TABLE article_topics (
	topic   TEXT NOT NULL, -- folded
	article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
	name    TEXT NOT NULL,
	PRIMARY KEY (topic, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_topics_article ON article_topics (article);

CREATE TABLE article_authors (
	author  TEXT NOT NULL, -- folded
	article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
	name    TEXT NOT NULL,
	PRIMARY KEY (author, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_authors_article ON article_authors (article);

CREATE TABLE events (
	id         TEXT PRIMARY KEY,
	source     TEXT NOT NULL,
	slug       TEXT NOT NULL UNIQUE,
	name       TEXT NOT NULL,
	city       TEXT NOT NULL,
	country    TEXT NOT NULL,
	place      TEXT NOT NULL,
	online     BIGINT NOT NULL,
	url        TEXT NOT NULL,
	topics     TEXT NOT NULL,
	first_day  TEXT NOT NULL,
	last_day   TEXT NOT NULL,
	starts     BIGINT,
	ends       BIGINT,
	zone       TEXT NOT NULL,
	early_bird TEXT NOT NULL,
	status     TEXT NOT NULL,
	sequence   BIGINT NOT NULL,
	announced  BIGINT,
	changed    BIGINT,
	over       BIGINT NOT NULL -- the instant it ends, by its zone
) STRICT;
CREATE INDEX events_over ON events (over);

-- What articles and events are recognised by.
CREATE TABLE item_keys (
	key  TEXT PRIMARY KEY,
	item TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX item_keys_item ON item_keys (item);

-- What more than one known item claims; waits for an editor.
CREATE TABLE held (
	source TEXT NOT NULL,
	n      BIGINT NOT NULL,
	at     TEXT NOT NULL,
	title  TEXT NOT NULL,
	reason TEXT NOT NULL,
	items  TEXT NOT NULL,
	PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;

-- The last number given. Whoever appends to the wire or publishes updates this
-- row first, so that a number is never visible before a smaller one.
CREATE TABLE wire_head (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	n  BIGINT NOT NULL
) STRICT;
INSERT INTO wire_head (id, n) VALUES (1, 0);

CREATE TABLE wire (
	n          BIGINT PRIMARY KEY,
	kind       TEXT NOT NULL,
	item       TEXT NOT NULL,
	revision   BIGINT NOT NULL,
	baseline   BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	rule       TEXT NOT NULL,
	first_day  TEXT NOT NULL,
	last_day   TEXT NOT NULL,
	newsletter TEXT NOT NULL,
	sequence   BIGINT NOT NULL -- of the event, when this was released
) STRICT;
-- The same release is never made twice.
CREATE UNIQUE INDEX wire_article ON wire (item, revision) WHERE kind = 'article';
CREATE UNIQUE INDEX wire_reminder ON wire (item, rule, first_day, newsletter) WHERE kind = 'reminder';
CREATE UNIQUE INDEX wire_notice ON wire (item, rule, first_day, last_day, sequence) WHERE kind = 'notice';
CREATE INDEX wire_early ON wire (newsletter) WHERE newsletter <> '';
