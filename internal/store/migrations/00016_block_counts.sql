-- What an edition's letters wait for, and why they failed, without a look at
-- each of them.

-- +goose Up
ALTER TABLE blocks ADD COLUMN bounced BIGINT NOT NULL DEFAULT 0; -- of those that failed: there is no such address
ALTER TABLE blocks ADD COLUMN retry   BIGINT NOT NULL DEFAULT 0; -- 1: its letters were put off

UPDATE blocks SET bounced = (SELECT COUNT(*) FROM deliveries d
		WHERE d.block = blocks.id AND d.state = 'failed' AND d.reason = 'bounced')
	WHERE failed > 0;
