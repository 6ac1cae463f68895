-- Letters that one person waits for.

-- +goose Up
CREATE TABLE notes (
	id          BIGSERIAL PRIMARY KEY,
	kind        TEXT NOT NULL,
	address     TEXT NOT NULL,             -- empty once the reader is erased
	key         TEXT NOT NULL,             -- salted hash of the folded address: how often it was written to
	subscriber  BIGINT NOT NULL,           -- 0: none
	request     BIGINT NOT NULL,           -- 0: none
	language    TEXT NOT NULL,
	payload     TEXT NOT NULL,
	queued      BIGINT NOT NULL,
	due         BIGINT NOT NULL,
	attempts    BIGINT NOT NULL DEFAULT 0,
	doubt       BIGINT NOT NULL DEFAULT 0,
	state       TEXT NOT NULL,
	reason      TEXT NOT NULL DEFAULT '',
	code        BIGINT NOT NULL DEFAULT 0,
	enhanced    TEXT NOT NULL DEFAULT '',
	lease_until BIGINT,                    -- NULL: in nobody's hand
	token       BIGINT NOT NULL DEFAULT 0, -- grows with each claim
	settled     BIGINT                     -- NULL: to be sent
) STRICT;
CREATE INDEX notes_due ON notes (due, id) WHERE settled IS NULL;
CREATE INDEX notes_leased ON notes (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX notes_settled ON notes (settled) WHERE settled IS NOT NULL;
CREATE INDEX notes_key ON notes (key, kind, queued);
CREATE INDEX notes_subscriber ON notes (subscriber, id) WHERE subscriber > 0;
