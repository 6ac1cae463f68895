package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/content"
)

const articleColumns = `a.id, a.source, a.slug, a.url, a.canonical, a.title, a.standfirst, a.authors, a.topics,
	a.image_url, a.image_alt, a.lang, a.access, a.published, a.date_only, a.updated, a.changed, a.minutes`

// articleInto is where articleColumns go.
func articleInto(a *content.Article) []any {
	return []any{&a.ID, &a.Source, &a.Slug, &a.URL, &a.Canonical, &a.Title, &a.Standfirst,
		asList(&a.Authors), asList(&a.Topics), &a.Image.URL, &a.Image.Alt, &a.Lang, &a.Access,
		asTime(&a.Published), &a.DateOnly, asTime(&a.Updated), asTime(&a.Changed), &a.ReadingMinutes}
}

const eventColumns = `e.id, e.source, e.slug, e.name, e.city, e.country, e.place, e.online, e.url, e.topics,
	e.first_day, e.last_day, e.starts, e.ends, e.zone, e.early_bird, e.status, e.sequence, e.announced, e.changed`

// eventInto is where eventColumns go.
func eventInto(e *content.Event) []any {
	return []any{&e.ID, &e.Source, &e.Slug, &e.Name, &e.City, &e.Country, &e.Place, &e.Online, &e.URL,
		asList(&e.Topics), asDay(&e.Days.First), asDay(&e.Days.Last), asTime(&e.Start), asTime(&e.End),
		&e.Zone, asDay(&e.EarlyBird), &e.Status, &e.Sequence, asTime(&e.Announced), asTime(&e.Changed)}
}

// day is where a day is scanned to.
type day struct{ d *content.Date }

func asDay(d *content.Date) day { return day{d} }

// Scan implements sql.Scanner.
func (c day) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("a day is kept as %T", src)
	}
	return c.d.UnmarshalText([]byte(s))
}

// wasColumn is the days of the event that the last reminder before a notice
// spoke of.
const wasColumn = `CASE WHEN w.kind = 'notice' THEN (
		SELECT r.first_day || '/' || r.last_day FROM wire r
		WHERE r.kind = 'reminder' AND r.item = w.item AND r.n < w.n ORDER BY r.n DESC LIMIT 1) END`

// entries returns releases with their subjects. where speaks of w (wire), a
// (articles) and what else it joins itself.
func entries(ctx context.Context, s session, bodies bool, where string, args ...any) ([]content.Entry, error) {
	body := `''`
	if bodies {
		body = `a.body`
	}
	var out []content.Entry
	var others []string // events, read afterwards: they are few, and shared
	err := s.each(ctx, `SELECT `+releaseColumns+`, a.id, a.state, a.released, a.withdrawn_upto, a.not_in_letters, f.flag, `+body+`, `+wasColumn+`
		FROM wire w LEFT JOIN articles a ON w.kind = 'article' AND a.id = w.item
			LEFT JOIN item_flags f ON f.item = w.item AND f.flag = CASE WHEN w.kind = 'article' THEN 'pinned' ELSE 'quiet' END `+where, args,
		func(rows *sql.Rows) error {
			var e content.Entry
			var id, state, flagged, text, was sql.NullString
			var newest, withdrawn, kept sql.NullInt64
			if err := rows.Scan(append(releaseInto(&e.Release), &id, &state, &newest, &withdrawn, &kept, &flagged, &text, &was)...); err != nil {
				return err
			}
			if e.Kind == content.KindArticle {
				if !id.Valid {
					return fmt.Errorf("release %d is of an article that is not there", e.N)
				}
				e.State, e.Latest = content.State(state.String), newest.Int64 == e.N
				e.WithdrawnSince, e.NotInLetters = withdrawn.Int64, kept.Int64 == 1
				e.Pinned = flagged.Valid
				e.Article = &content.Article{Body: text.String}
			} else {
				e.NotInLetters = flagged.Valid
			}
			if first, last, ok := strings.Cut(was.String, "/"); ok {
				if err := errors.Join(e.Was.First.UnmarshalText([]byte(first)), e.Was.Last.UnmarshalText([]byte(last))); err != nil {
					return fmt.Errorf("release %d: days before it: %w", e.N, err)
				}
			}
			out = append(out, e)
			others = append(others, e.Item)
			return nil
		})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, subjects(ctx, s, out, others)
}

// subjects fills in the articles and events that releases speak of.
func subjects(ctx context.Context, s session, entries []content.Entry, ids []string) error {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	articles := make(map[string]content.Article)
	happenings := make(map[string]content.Event)
	for chunk := range slices.Chunk(ids, 100) {
		args := make([]any, 100)
		for i := range args {
			args[i] = chunk[min(i, len(chunk)-1)]
		}
		in := placeholders(1, len(args))
		err := s.each(ctx, `SELECT `+articleColumns+` FROM articles a WHERE a.id IN (`+in+`)`, args, func(rows *sql.Rows) error {
			var a content.Article
			if err := rows.Scan(articleInto(&a)...); err != nil {
				return err
			}
			articles[a.ID] = a
			return nil
		})
		if err != nil {
			return err
		}
		es, err := events(ctx, s, `WHERE e.id IN (`+in+`)`, args...)
		if err != nil {
			return err
		}
		for _, e := range es {
			happenings[e.ID] = e
		}
	}
	for i := range entries {
		e := &entries[i]
		if e.Article != nil {
			body := e.Article.Body
			*e.Article = articles[e.Item]
			e.Article.Body = body
			continue
		}
		event, ok := happenings[e.Item]
		if !ok {
			return fmt.Errorf("release %d is of an event that is not there", e.N)
		}
		e.Event = &event
	}
	return nil
}

// events returns events; where speaks of e.
func events(ctx context.Context, s session, where string, args ...any) ([]content.Event, error) {
	var out []content.Event
	err := s.each(ctx, `SELECT `+eventColumns+` FROM events e `+where, args, func(rows *sql.Rows) error {
		var e content.Event
		if err := rows.Scan(eventInto(&e)...); err != nil {
			return err
		}
		out = append(out, e)
		return nil
	})
	return out, err
}

// distinct sorts ids and leaves each in once.
func distinct(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}
