-- Several processes on one database, of one version of the program and its
-- configuration, or of two while the newer is rolled out.

-- +goose Up
-- Under which terms processes promise a newsletter: the schedule and what else
-- they must agree upon, as one text.
CREATE TABLE terms (
	newsletter TEXT NOT NULL,
	text       TEXT NOT NULL,
	since      BIGINT NOT NULL, -- when the latest process that says so began
	seen       BIGINT NOT NULL, -- when one said so last, by the clock of leases
	PRIMARY KEY (newsletter, text)
) STRICT, WITHOUT ROWID;

-- A program whose newest migration has a smaller number must not open this
-- database. Only a migration that takes away what older programs need raises it.
CREATE TABLE oldest_program (
	id      BIGINT PRIMARY KEY CHECK (id = 1),
	version BIGINT NOT NULL
) STRICT;
INSERT INTO oldest_program (id, version) VALUES (1, 1);
