-- Readers, what they take, and whom never to write to.

-- +goose Up
CREATE TABLE subscribers (
	id           BIGSERIAL PRIMARY KEY, -- never given again
	email        TEXT NOT NULL,
	key          TEXT NOT NULL UNIQUE,  -- the address, folded
	name         TEXT NOT NULL,
	topics       TEXT NOT NULL,
	cities       TEXT NOT NULL,
	language     TEXT NOT NULL,
	timezone     TEXT NOT NULL,
	status       TEXT NOT NULL,
	paused_until BIGINT,
	since        BIGINT,
	consent      TEXT NOT NULL
) STRICT;
CREATE INDEX subscribers_zone ON subscribers (timezone, id);

CREATE TABLE subscriptions (
	subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	newsletter TEXT NOT NULL,
	since      BIGINT,
	left_at    BIGINT,
	bookmark   BIGINT NOT NULL, -- the stored one; ask for the effective one (expand.go)
	PRIMARY KEY (subscriber, newsletter)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_order ON subscriptions (newsletter, bookmark, subscriber);

CREATE TABLE suppressions (
	key    TEXT PRIMARY KEY, -- salted hash of the folded address
	reason TEXT NOT NULL,
	at     BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
