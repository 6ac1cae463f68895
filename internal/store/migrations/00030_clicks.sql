-- How often the links of letters are followed: in total, by nobody in
-- particular, on a day or in a month.

-- +goose Up
ALTER TABLE editions ADD COLUMN counted BIGINT NOT NULL DEFAULT 0; -- 1: links in its letters are counted

CREATE TABLE link_clicks (
	edition BIGINT NOT NULL, -- editions.n
	release BIGINT NOT NULL, -- wire.n
	day     TEXT NOT NULL,   -- 2026-11-24; 2026-11 once that is long ago
	clicks  BIGINT NOT NULL,
	PRIMARY KEY (edition, release, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_clicks_day ON link_clicks (day, edition, release) WHERE LENGTH(day) = 10;
