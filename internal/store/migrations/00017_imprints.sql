-- What is remembered of the feeds: readers are told since when one is as it is,
-- and that there was one where there is none.

-- +goose Up
CREATE TABLE imprints (
	path     TEXT PRIMARY KEY,
	etag     TEXT NOT NULL,
	modified BIGINT NOT NULL
) STRICT, WITHOUT ROWID;
