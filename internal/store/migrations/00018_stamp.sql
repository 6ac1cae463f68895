-- What a worker asks every second while it sends: whether articles changed.

-- +goose Up
CREATE INDEX articles_stamp ON articles (state, changed, not_in_letters);
