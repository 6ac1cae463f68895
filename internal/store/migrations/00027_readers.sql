-- What people ask for and have to confirm, and the log of what they agreed to.

-- +goose Up
CREATE TABLE requests (
	id             BIGSERIAL PRIMARY KEY, -- in links: never given again
	kind           TEXT NOT NULL,
	key            TEXT,                  -- the address, folded; NULL once confirmed
	subscriber     BIGINT NOT NULL,       -- 0: not known yet
	email          TEXT NOT NULL,
	name           TEXT NOT NULL,
	newsletters    TEXT NOT NULL,
	topics         TEXT NOT NULL,
	cities         TEXT NOT NULL,
	language       TEXT NOT NULL,
	timezone       TEXT NOT NULL,
	way            TEXT NOT NULL,
	network        TEXT NOT NULL,
	words          TEXT NOT NULL,         -- that were shown
	words_language TEXT NOT NULL,
	made           BIGINT NOT NULL,
	done           BIGINT,                -- NULL: not confirmed
	UNIQUE (key, kind, subscriber)
) STRICT;
CREATE INDEX requests_open ON requests (made) WHERE done IS NULL;
CREATE INDEX requests_subscriber ON requests (subscriber, id) WHERE subscriber > 0;

-- Rows are only added, and stay when the reader is erased, without what speaks
-- of a person. So there is no foreign key.
CREATE TABLE consents (
	subscriber  BIGINT NOT NULL,
	n           BIGINT NOT NULL, -- from 1
	at          BIGINT NOT NULL,
	act         TEXT NOT NULL,
	way         TEXT NOT NULL,
	network     TEXT NOT NULL,
	newsletters TEXT NOT NULL,
	words       TEXT NOT NULL,   -- empty of an import: subscribers.consent
	language    TEXT NOT NULL,
	PRIMARY KEY (subscriber, n)
) STRICT, WITHOUT ROWID;
