-- What became of the letters of editions that are long closed, in few bytes.

-- +goose Up
-- Up to 500 readers of an edition, from lo to hi, and nobody between who is in
-- another. They are no longer in deliveries.
CREATE TABLE rolls (
	edition BIGINT NOT NULL,
	lo      BIGINT NOT NULL,
	hi      BIGINT NOT NULL,
	entries BYTEA NOT NULL, -- roll.go has the format
	PRIMARY KEY (edition, lo)
) STRICT;

ALTER TABLE editions ADD COLUMN packed BIGINT NOT NULL DEFAULT 0; -- every delivery is in a roll, and one block has all counts
CREATE INDEX editions_unpacked ON editions (n) WHERE closed = 1 AND packed = 0;
