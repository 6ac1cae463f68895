-- What other programs are told: events, and their way to each endpoint. What has
-- arrived is not kept.

-- +goose Up
CREATE TABLE webhook_events (
	n          BIGSERIAL PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	type       TEXT NOT NULL,
	at         BIGINT NOT NULL,
	subscriber BIGINT NOT NULL, -- 0: about nobody
	body       TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_events_at ON webhook_events (at);
CREATE INDEX webhook_events_subscriber ON webhook_events (subscriber) WHERE subscriber > 0;

CREATE TABLE webhook_messages (
	endpoint    TEXT NOT NULL,   -- hash of its address
	event       BIGINT NOT NULL REFERENCES webhook_events (n),
	due         BIGINT NOT NULL,
	attempts    BIGINT NOT NULL DEFAULT 0,
	code        BIGINT NOT NULL DEFAULT 0,
	error       TEXT NOT NULL DEFAULT '',
	lease_until BIGINT,          -- NULL: in nobody's hand
	owner       TEXT NOT NULL DEFAULT '',
	token       BIGINT NOT NULL DEFAULT 0, -- grows with each claim
	given_up    BIGINT,          -- NULL: to be sent
	PRIMARY KEY (endpoint, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_messages_due ON webhook_messages (endpoint, due, event) WHERE given_up IS NULL;
CREATE INDEX webhook_messages_event ON webhook_messages (event);
CREATE INDEX webhook_messages_leased ON webhook_messages (endpoint, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_messages_given_up ON webhook_messages (endpoint) WHERE given_up IS NOT NULL;

CREATE TABLE webhook_endpoints (
	endpoint  TEXT PRIMARY KEY,
	failures  BIGINT NOT NULL, -- in a row
	since     BIGINT,          -- the first of them
	rest      BIGINT,          -- nothing is sent before
	off_at    BIGINT,          -- NULL: it is on
	why       TEXT NOT NULL,
	succeeded BIGINT,
	failed    BIGINT,
	code      BIGINT NOT NULL,
	error     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
