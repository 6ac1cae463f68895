-- Who is told at once that a feed has changed.

-- +goose Up
-- Every feed that was ever served, by its address, with the tag of its bytes
-- and the number of its changes.
CREATE TABLE hub_feeds (
	feed    TEXT PRIMARY KEY,
	tag     TEXT NOT NULL,
	n       BIGINT NOT NULL,
	changed BIGINT NOT NULL
) STRICT, WITHOUT ROWID;

-- Callbacks that follow a feed, and hubs that were configured, which follow all.
CREATE TABLE hub_followers (
	id          BIGSERIAL PRIMARY KEY,
	feed        TEXT NOT NULL,
	callback    TEXT NOT NULL,
	is_hub      BIGINT NOT NULL,
	host        TEXT NOT NULL,
	secret      BYTEA NOT NULL,
	ends        BIGINT,                    -- NULL: never
	told        BIGINT NOT NULL,           -- the number of the feed's change up to which it was told
	due         BIGINT,                    -- NULL: there is nothing to tell, or no more trying
	attempts    BIGINT NOT NULL DEFAULT 0, -- that failed
	since       BIGINT,                    -- the first of them
	lease_until BIGINT,                    -- NULL: in nobody's hand
	token       BIGINT NOT NULL DEFAULT 0, -- grows with each claim
	UNIQUE (feed, callback, is_hub)
) STRICT;
CREATE INDEX hub_followers_due ON hub_followers (due, id) WHERE due IS NOT NULL;
CREATE INDEX hub_followers_leased ON hub_followers (host, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX hub_followers_host ON hub_followers (host) WHERE is_hub = 0;
CREATE INDEX hub_followers_ends ON hub_followers (ends) WHERE ends IS NOT NULL;
