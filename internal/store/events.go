package store

import (
	"context"
	"fmt"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

// Events returns events of every status: a cancelled one stays on the page
// until it would have ended.
func (db *DB) Events(ctx context.Context, q content.EventQuery) ([]content.Event, error) {
	all, err := events(ctx, db.read(), `WHERE e.over > $1 ORDER BY e.first_day, e.over, e.id`, sinceMilli(q.After))
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	city := content.CityKey(q.City)
	var out []content.Event
	for _, e := range all {
		if q.City != "" && !e.Online && content.CityKey(e.City) != city {
			continue
		}
		if out = append(out, e); len(out) == q.Limit {
			break
		}
	}
	return out, nil
}

// EventBySlug returns an event, or digest.ErrNotFound.
func (db *DB) EventBySlug(ctx context.Context, slug string) (*content.Event, error) {
	if storable([]any{slug}) != nil {
		return nil, fmt.Errorf("event %q: %w", slug, digest.ErrNotFound)
	}
	es, err := events(ctx, db.read(), `WHERE e.slug = $1`, slug)
	if err == nil && len(es) == 0 {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("event %q: %w", slug, err)
	}
	return &es[0], nil
}
