-- What is asked each time the feeds are made: which articles are public, and
-- whether they are what they were. Without it every article's page is read.

-- +goose Up
CREATE INDEX articles_shown ON articles (state, released, id, changed);
