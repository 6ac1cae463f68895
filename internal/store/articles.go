package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

// Articles returns the newest releases of public articles.
func (db *DB) Articles(ctx context.Context, q content.ArticleQuery) ([]content.Entry, error) {
	where := `WHERE a.state = 'public' AND w.n = a.released AND w.n < $1`
	args := []any{q.Before, limitOf(q.Limit)}
	if q.Before == 0 {
		args[0] = int64(1) << 62
	}
	for _, narrow := range []struct{ value, clause string }{
		{content.TopicKey(q.Topic), `AND a.id IN (SELECT article FROM article_topics WHERE topic = $%d)`},
		{content.TopicKey(q.Author), `AND a.id IN (SELECT article FROM article_authors WHERE author = $%d)`},
	} {
		if narrow.value != "" {
			args = append(args, narrow.value)
			where += ` ` + fmt.Sprintf(narrow.clause, len(args))
		}
	}
	if q.IDs != nil {
		if len(q.IDs) == 0 {
			return nil, nil
		}
		size := len(q.IDs)
		for _, s := range []int{256, 16, 1} { // few sizes, so that statements are few
			if len(q.IDs) <= s {
				size = s
			}
		}
		where += ` AND a.id IN (` + placeholders(len(args)+1, size) + `)`
		for i := range size {
			args = append(args, q.IDs[min(i, len(q.IDs)-1)])
		}
	}
	es, err := entries(ctx, db.read(), q.Bodies, where+` ORDER BY w.n DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("articles: %w", err)
	}
	return es, nil
}

// ArticleMarks returns the marks of all public articles, the newest release
// first. It reads an index that holds all of it, and no article: an edit is
// written down with the moment when it was seen.
func (db *DB) ArticleMarks(ctx context.Context) ([]content.Mark, error) {
	var marks []content.Mark
	err := db.read().each(ctx, `SELECT id, released, COALESCE(changed, 0) FROM articles
		WHERE state = 'public' AND released > 0 ORDER BY released DESC`, nil, func(rows *sql.Rows) error {
		var m content.Mark
		if err := rows.Scan(&m.ID, &m.N, &m.Version); err != nil {
			return err
		}
		marks = append(marks, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("marks of articles: %w", err)
	}
	return marks, nil
}

// limitOf is a LIMIT; 0 is none.
func limitOf(n int) int64 {
	if n <= 0 {
		return 1 << 40
	}
	return int64(n)
}

// ArticleBySlug returns an article that was released, with its body and as its
// newest release has it, whatever its state: a page for one that was withdrawn
// is the caller's to refuse. It returns digest.ErrNotFound if there is none.
func (db *DB) ArticleBySlug(ctx context.Context, slug string) (*content.Entry, error) {
	return db.article(ctx, `WHERE a.slug = $1 AND w.n = a.released`, slug)
}

// ArticleByID is ArticleBySlug by ID.
func (db *DB) ArticleByID(ctx context.Context, id string) (*content.Entry, error) {
	return db.article(ctx, `WHERE a.id = $1 AND w.n = a.released`, id)
}

func (db *DB) article(ctx context.Context, where, value string) (*content.Entry, error) {
	if storable([]any{value}) != nil {
		return nil, fmt.Errorf("article %q: %w", value, digest.ErrNotFound)
	}
	es, err := entries(ctx, db.read(), true, where, value)
	if err == nil && len(es) == 0 {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("article %q: %w", value, err)
	}
	return &es[0], nil
}

// SetNotInLetters writes down an editor's word: the article stays in feeds and
// on the site and in no letter that is not yet written, or may be again.
func (db *DB) SetNotInLetters(ctx context.Context, article string, on bool) error {
	err := db.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `UPDATE articles SET not_in_letters = $1 WHERE id = $2`, flag(on), article)
		if err == nil && n == 0 {
			err = digest.ErrNotFound
		}
		if err != nil {
			return err
		}
		return touch(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("article %s: %w", article, err)
	}
	return nil
}

// A Waiting article is known but not public.
type Waiting struct {
	ID, Source, Title, URL string
	State                  content.State
	Reason                 string
	Due                    time.Time // when Scheduled
}

// WaitingArticles returns the articles that are not public, by state and title.
func (db *DB) WaitingArticles(ctx context.Context) ([]Waiting, error) {
	var out []Waiting
	err := db.read().each(ctx, `SELECT id, source, title, url, state, reason, due FROM articles
		WHERE state <> 'public' ORDER BY state, title, id`, nil, func(rows *sql.Rows) error {
		var w Waiting
		if err := rows.Scan(&w.ID, &w.Source, &w.Title, &w.URL, &w.State, &w.Reason, asTime(&w.Due)); err != nil {
			return err
		}
		out = append(out, w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("waiting articles: %w", err)
	}
	return out, nil
}

// change runs one statement in a transaction of its own.
func (db *DB) change(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = db.write(ctx, func(s session) error {
		n, err = s.exec(ctx, query, args...)
		return err
	})
	return n, err
}
