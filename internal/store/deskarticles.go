package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

const articleRow = `a.id, a.slug, a.source, a.title, a.url, a.state, a.reason, a.published, a.date_only, a.due, a.since, a.released, a.not_in_letters,
	EXISTS (SELECT 1 FROM item_flags f WHERE f.item = a.id AND f.flag = 'pinned')`

// articleRowInto is where articleRow goes.
func articleRowInto(r *content.ArticleRow) []any {
	return []any{&r.ID, &r.Slug, &r.Source, &r.Title, &r.URL, &r.State, &r.Reason, asTime(&r.Published), &r.DateOnly, asTime(&r.Due), asTime(&r.Since), &r.Released,
		&r.NotInLetters, &r.Pinned}
}

// ArticleRows returns articles of every state: what waits first, then by the
// wire, the newest first. total is how many the filter leaves.
func (db *DB) ArticleRows(ctx context.Context, f content.ArticleFilter) (rows []content.ArticleRow, total int, err error) {
	where, args := []string{`1 = 1`}, []any{}
	add := func(clause string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(clause, len(args)))
	}
	if f.State != "" {
		add(`a.state = $%d`, string(f.State))
	}
	switch f.Flag {
	case "pinned":
		where = append(where, `a.id IN (SELECT item FROM item_flags WHERE flag = 'pinned')`)
	case "quiet":
		where = append(where, `a.not_in_letters = 1`)
	}
	if words := strings.ToLower(strings.TrimSpace(f.Search)); words != "" && storable([]any{words}) == nil {
		add(`LOWER(a.title) LIKE $%d ESCAPE '!'`, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(words)+"%")
	}
	clause := strings.Join(where, " AND ")
	n := len(args)
	const order = ` ORDER BY CASE WHEN a.released = 0 THEN 0 ELSE 1 END, a.released DESC, a.id`
	page := fmt.Sprintf(`SELECT a.id, COUNT(*) OVER () AS total FROM articles a WHERE `+clause+order+` LIMIT $%d OFFSET $%d`, n+1, n+2)
	// What is found is counted in the same pass, and read afterwards: titles lie
	// beside bodies.
	err = db.read().each(ctx, `SELECT `+articleRow+`, p.total FROM (`+page+`) p JOIN articles a ON a.id = p.id`+order,
		append(slices.Clone(args), limitOf(f.Limit), f.Offset), func(r *sql.Rows) error {
			var row content.ArticleRow
			err := r.Scan(append(articleRowInto(&row), &total)...)
			rows = append(rows, row)
			return err
		})
	if err == nil && len(rows) == 0 && f.Offset > 0 {
		err = db.read().row(ctx, `SELECT COUNT(*) FROM articles a WHERE `+clause, args...).Scan(&total)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list of articles: %w", err)
	}
	return rows, total, nil
}

// mostGiven is how many editions of one article are told.
const mostGiven = 100

// ArticleFile returns an article by its ID, or digest.ErrNotFound.
func (db *DB) ArticleFile(ctx context.Context, id string) (*content.ArticleFile, error) {
	if storable([]any{id}) != nil {
		return nil, fmt.Errorf("article: %w", digest.ErrNotFound)
	}
	a := &content.ArticleFile{}
	s := db.read()
	into := append(append(articleInto(&a.Article), &a.Body), articleRowInto(&a.Row)...)
	err := s.row(ctx, `SELECT `+articleColumns+`, a.body, `+articleRow+` FROM articles a WHERE a.id = $1`, id).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("article %s: %w", id, err)
	}
	releases, err := released(ctx, s, `WHERE w.kind = 'article' AND w.item = $1 ORDER BY w.n`, id)
	if err != nil {
		return nil, fmt.Errorf("releases of article %s: %w", id, err)
	}
	for _, r := range releases {
		a.Releases = append(a.Releases, content.ReleaseOf{Release: r})
	}
	err = s.each(ctx, `SELECT e.id, e.horizon, SUM(v.readers)
		FROM version_items i JOIN versions v ON v.edition = i.edition AND v.n = i.version JOIN editions e ON e.n = i.edition
		WHERE i.item = $1 AND i.kind = 'article' AND e.published IS NOT NULL
		GROUP BY e.n, e.id, e.horizon ORDER BY e.n`, []any{id}, func(rows *sql.Rows) error {
		var g content.GivenBy
		var horizon int64
		if err := rows.Scan(&g.Edition, &horizon, &g.Readers); err != nil {
			return err
		}
		of := 0 // an edition gives the newest release that it knows
		for i, r := range a.Releases {
			if r.N <= horizon {
				of = i
			}
		}
		switch {
		case len(a.Releases) == 0:
		case len(a.Releases[of].Given) < mostGiven:
			a.Releases[of].Given = append(a.Releases[of].Given, g)
		default:
			a.Releases[of].More++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("editions of article %s: %w", id, err)
	}
	return a, nil
}

// Withdraw takes a public article out of feeds and of letters not yet written,
// on the word of an editor: it stays so whatever its source shows. Said again
// it changes nothing. It returns digest.ErrState if the article is not public.
func (db *DB) Withdraw(ctx context.Context, article string, now time.Time) error {
	return db.show(ctx, article, now, content.Public, "", content.StateChange{ID: article, State: content.Withdrawn, Reason: content.ReasonEditor})
}

// BringBack makes an article public again that an editor withdrew. Editions
// published meanwhile have passed it: to bring it into letters takes a new
// release. It returns digest.ErrState if no editor withdrew it.
func (db *DB) BringBack(ctx context.Context, article string, now time.Time) error {
	return db.show(ctx, article, now, content.Withdrawn, content.ReasonEditor, content.StateChange{ID: article, State: content.Public})
}

// show moves an article from one state to another, unless it is there already.
func (db *DB) show(ctx context.Context, article string, now time.Time, from content.State, why string, to content.StateChange) error {
	err := db.write(ctx, func(s session) error {
		if _, err := lockWire(ctx, s); err != nil { // a sync decides by what it has read
			return err
		}
		var state content.State
		var reason string
		err := s.row(ctx, `SELECT state, reason FROM articles WHERE id = $1`, article).Scan(&state, &reason)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return digest.ErrNotFound
		case err != nil:
			return err
		case state == to.State && reason == to.Reason:
			return nil
		case state != from || why != "" && reason != why:
			return fmt.Errorf("%w: it is %s", digest.ErrState, state)
		}
		if _, err := writeState(ctx, s, now, to); err != nil {
			return err
		}
		return touch(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("article %s: %w", article, err)
	}
	return nil
}

// Pin writes down an editor's word: the article comes before others in letters
// that are not yet put together, or does no more.
func (db *DB) Pin(ctx context.Context, article string, on bool) error {
	return db.flag(ctx, `SELECT COUNT(*) FROM articles WHERE id = $1`, article, "pinned", on)
}

// SetQuiet writes down an editor's word: nobody is reminded of an event in
// letters that are not yet written, or may be again.
func (db *DB) SetQuiet(ctx context.Context, event string, on bool) error {
	return db.flag(ctx, `SELECT COUNT(*) FROM events WHERE id = $1`, event, "quiet", on)
}

func (db *DB) flag(ctx context.Context, known, item, flag string, on bool) error {
	err := db.write(ctx, func(s session) error {
		var n int
		if err := s.row(ctx, known, item).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return digest.ErrNotFound
		}
		change := `DELETE FROM item_flags WHERE item = $1 AND flag = $2`
		if on {
			change = `INSERT INTO item_flags (item, flag) VALUES ($1, $2) ON CONFLICT DO NOTHING`
		}
		if _, err := s.exec(ctx, change, item, flag); err != nil {
			return err
		}
		return touch(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", flag, item, err)
	}
	return nil
}

// Quiet returns the IDs of the events that nobody is reminded of.
func (db *DB) Quiet(ctx context.Context) (map[string]bool, error) {
	out := make(map[string]bool)
	err := db.read().each(ctx, `SELECT item FROM item_flags WHERE flag = 'quiet'`, nil, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out[id] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("events that are not in letters: %w", err)
	}
	return out, nil
}

// Told returns the reminders and notices on the wire of events, by event, the
// oldest first.
func (db *DB) Told(ctx context.Context, after time.Time) (map[string][]content.Release, error) {
	all, err := released(ctx, db.read(), `WHERE w.kind IN ('reminder', 'notice')
		AND w.item IN (SELECT id FROM events WHERE over > $1) ORDER BY w.n`, sinceMilli(after))
	if err != nil {
		return nil, fmt.Errorf("reminders and notices: %w", err)
	}
	out := make(map[string][]content.Release)
	for _, r := range all {
		out[r.Item] = append(out[r.Item], r)
	}
	return out, nil
}
