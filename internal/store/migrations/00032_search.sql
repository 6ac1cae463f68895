-- How editors find readers among many.

-- +goose Up
-- Those who are not sent letters; the others are nearly all.
CREATE INDEX subscribers_silent ON subscribers (status, id) WHERE status <> 'active';
CREATE INDEX subscribers_paused ON subscribers (id) WHERE paused_until IS NOT NULL;

-- Addresses that begin with something. SQLite finds them in its unique index,
-- and does not have this one (see dialect.go).
CREATE INDEX subscribers_prefix ON subscribers (key COLLATE "C");
