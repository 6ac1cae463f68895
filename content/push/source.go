package push

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Source shows what was brought. It remembers what it has read, and reads
// what was changed since.
type Source struct {
	Store Store
	Site  Site

	mu       sync.Mutex
	seen     int64
	articles map[string]content.Found
	events   map[string]content.FoundEvent
	bad      map[string]content.Problem // by place
}

// Name implements content.Source.
func (s *Source) Name() string { return Name }

// Stamp tells whether something was brought since.
func (s *Source) Stamp(ctx context.Context) (string, error) {
	n, err := s.Store.LastPushed(ctx)
	return strconv.FormatInt(n, 10), err
}

// Read implements content.Source. The listing is complete: what it lacks was
// taken back.
func (s *Source) Read(ctx context.Context, _ time.Time) (*content.Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, err := s.Store.PushedAfter(ctx, s.seen)
	if err != nil {
		return nil, err
	}
	if s.articles == nil {
		s.articles, s.events, s.bad = map[string]content.Found{}, map[string]content.FoundEvent{}, map[string]content.Problem{}
	}
	for _, r := range changed {
		s.take(r)
		s.seen = r.N
	}
	l := &content.Listing{Complete: true}
	for _, id := range slices.Sorted(maps.Keys(s.articles)) {
		l.Articles = append(l.Articles, s.articles[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.events)) {
		l.Events = append(l.Events, s.events[id])
	}
	for _, place := range slices.Sorted(maps.Keys(s.bad)) {
		l.Problems = append(l.Problems, s.bad[place])
	}
	return l, nil
}

// take remembers one record. One that cannot be read, as a newer program may
// write, is a problem, and what stands behind it stays as it is.
func (s *Source) take(r Record) {
	place := PlaceOf(r.Kind, r.External)
	delete(s.bad, place)
	var err error
	switch r.Kind {
	case Articles:
		delete(s.articles, r.External)
		if r.Gone {
			return
		}
		var a Article
		var f content.Found
		if err = json.Unmarshal(r.Item, &a); err == nil {
			if f, err = s.Site.found(r, a); err == nil {
				s.articles[r.External] = f
			}
		}
	case Events:
		delete(s.events, r.External)
		if r.Gone {
			return
		}
		var e Event
		var f content.FoundEvent
		if err = json.Unmarshal(r.Item, &e); err == nil {
			if f, err = foundEvent(r, e); err == nil {
				s.events[r.External] = f
			}
		}
	}
	if err != nil {
		s.bad[place] = content.Problem{
			At: content.Position{File: place}, What: err.Error(), Keys: []content.Key{KeyOf(r.Kind, r.External)},
		}
	}
}
