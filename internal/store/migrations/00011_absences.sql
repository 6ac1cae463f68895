-- What was away: articles for a while, servers for longer than a newsletter
-- allows, readers whose older letter must settle first.

-- +goose Up
-- When it was withdrawn. Only editions published from then on pass it.
ALTER TABLE articles ADD COLUMN withdrawn_at BIGINT;

ALTER TABLE editions ADD COLUMN grace BIGINT NOT NULL DEFAULT 0; -- milliseconds; 0: never late
ALTER TABLE editions ADD COLUMN resumed BIGINT;                  -- the last time

ALTER TABLE blocks ADD COLUMN worked BIGINT NOT NULL DEFAULT 0; -- when it was cut, or claimed last

-- Readers of a group whom expanding has passed over, until they are decided on.
CREATE TABLE edition_waiting (
	edition    BIGINT NOT NULL,
	zone       TEXT NOT NULL,
	subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	PRIMARY KEY (edition, zone, subscriber),
	FOREIGN KEY (edition, zone) REFERENCES edition_groups (edition, zone) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_waiting_subscriber ON edition_waiting (subscriber);

-- Whom it passed over so far it meets again.
ALTER TABLE edition_groups ADD COLUMN passed BIGINT NOT NULL DEFAULT 0; -- only those who wait are left
UPDATE edition_groups SET cursor_bookmark = wait_bookmark, cursor_subscriber = wait_subscriber - 1
	WHERE wait_bookmark IS NOT NULL;
ALTER TABLE edition_groups DROP COLUMN wait_bookmark;
ALTER TABLE edition_groups DROP COLUMN wait_subscriber;
