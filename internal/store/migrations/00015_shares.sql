-- Rates that all processes keep together.

-- +goose Up
-- The group of domains with a bound of its own that all deliveries of a block
-- are for, by its first domain; '' is everybody else.
ALTER TABLE blocks ADD COLUMN destination TEXT NOT NULL DEFAULT '';

-- What a block in somebody's hand may use of the rates; it counts while that
-- lease does. Block 0 is none: who claims by rates locks it, so that two who do
-- so at once see each other's.
CREATE TABLE shares (
	block       BIGINT PRIMARY KEY,
	token       BIGINT NOT NULL,
	destination TEXT NOT NULL,
	every       BIGINT NOT NULL, -- microseconds between two letters; 0: no rate bounds it
	until       BIGINT NOT NULL  -- the turn of the last, by the clock of leases
) STRICT;
INSERT INTO shares (block, token, destination, every, until) VALUES (0, 0, '', 0, 0);
