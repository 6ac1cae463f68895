-- What editors say of sources, articles and events, and who reads the feeds.

-- +goose Up
-- Editors' words about what is held by conflict.
CREATE TABLE rulings (
	source  TEXT NOT NULL,
	mark    TEXT NOT NULL, -- of what was found
	verdict TEXT NOT NULL,
	item    TEXT NOT NULL,
	title   TEXT NOT NULL, -- as it was held
	at      BIGINT NOT NULL,
	PRIMARY KEY (source, mark)
) STRICT, WITHOUT ROWID;
ALTER TABLE held ADD COLUMN mark TEXT NOT NULL DEFAULT '';

-- When a source could not be read at all, the last time, and why.
ALTER TABLE sources ADD COLUMN failed_at BIGINT;
ALTER TABLE sources ADD COLUMN failed TEXT NOT NULL DEFAULT '';

-- Articles that are pinned, events that nobody is reminded of. A table of its
-- own, since a column added to articles would come after the body.
CREATE TABLE item_flags (
	item TEXT NOT NULL,
	flag TEXT NOT NULL, -- pinned, quiet
	PRIMARY KEY (item, flag)
) STRICT, WITHOUT ROWID;

-- Who fetched a feed on a day. The sketch tells distinct clients apart and
-- holds no address; it is emptied when the day is over.
CREATE TABLE feed_days (
	day     TEXT NOT NULL, -- in UTC
	feed    TEXT NOT NULL, -- its path
	program TEXT NOT NULL,
	told    BIGINT NOT NULL, -- readers that the program says it fetches for
	clients BIGINT NOT NULL, -- distinct, about
	sketch  BYTEA NOT NULL,
	PRIMARY KEY (day, feed, program)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_days_feed ON feed_days (feed, day);
