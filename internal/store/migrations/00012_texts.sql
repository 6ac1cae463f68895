-- What is written in an article, whatever its file and title. A table of its
-- own, since a column added to articles would come after the body: every sync
-- would read all bodies to get there.

-- +goose Up
CREATE TABLE article_texts (
	article TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
	mark    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
