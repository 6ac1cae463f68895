package content

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is a Store that keeps everything in maps and complains about every
// plan that a database would refuse.
type memory struct {
	t        interface{ Errorf(string, ...any) }
	mu       sync.Mutex
	synced   map[string]time.Time
	articles map[string]*Change
	events   map[string]*Event
	keys     map[Key]string
	wire     []Release
	held     map[string][]Conflict
	rulings  map[string]Ruling // of every source
}

var _ Store = (*memory)(nil)

func newMemory(t interface{ Errorf(string, ...any) }) *memory {
	return &memory{
		t: t, synced: make(map[string]time.Time), articles: make(map[string]*Change),
		events: make(map[string]*Event), keys: make(map[Key]string), held: make(map[string][]Conflict), rulings: make(map[string]Ruling),
	}
}

func (m *memory) known(source string) *Known {
	at, synced := m.synced[source]
	k := &Known{
		Source: source, Synced: synced, At: at,
		Articles: make(map[string]*KnownArticle), Events: make(map[string]*Event),
		Keys: maps.Clone(m.keys), Slugs: make(map[string]bool), Notified: make(map[string][]Release),
		Rulings: maps.Clone(m.rulings),
	}
	for id, c := range m.articles {
		k.Articles[id] = &KnownArticle{
			ID: id, Source: c.Source, Slug: c.Slug, State: c.State, Reason: c.Reason, Hash: c.Hash, Text: c.Text,
			Title: c.Title, Day: DateOf(c.Published.UTC()), Since: c.Since, Due: c.Due,
		}
		k.Slugs[c.Slug] = true
	}
	for id, e := range m.events {
		cp := *e
		k.Events[id] = &cp
		k.Slugs[e.Slug] = true
	}
	for _, r := range m.wire {
		if r.Kind != KindArticle {
			k.Notified[r.Item] = append(k.Notified[r.Item], r)
		}
	}
	return k
}

func (m *memory) Sync(_ context.Context, source string, _ time.Time, decide func(*Known) (*Plan, error)) (*Plan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := decide(m.known(source))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	for _, id := range p.Forget {
		if m.articles[id] == nil || m.released(id) > 0 {
			m.t.Errorf("plan forgets %s, which is unknown or was released", id)
		}
		delete(m.articles, id)
		maps.DeleteFunc(m.keys, func(_ Key, owner string) bool { return owner == id })
	}
	for _, c := range p.Articles {
		if c.New == (m.articles[c.ID] != nil) {
			m.t.Errorf("article %s: new is %v", c.ID, c.New)
		}
		m.articles[c.ID] = &c
		m.own(c.ID, c.Keys)
	}
	for _, s := range p.States {
		c := m.articles[s.ID]
		c.State, c.Reason = s.State, s.Reason
		if s.State == Public {
			c.Due = time.Time{}
		}
		m.own(s.ID, s.Keys)
	}
	for _, e := range p.Events {
		if e.New == (m.events[e.ID] != nil) {
			m.t.Errorf("event %s: new is %v", e.ID, e.New)
		}
		m.events[e.ID] = &e.Event
		m.own(e.ID, e.Keys)
	}
	for _, r := range p.Releases {
		if r.Kind == KindArticle {
			if m.articles[r.Item] == nil || m.articles[r.Item].State != Public || m.released(r.Item) > 0 {
				m.t.Errorf("release of %s, which is not public, or for the second time", r.Item)
			}
		}
		m.publish(r)
	}
	for id, c := range m.articles {
		if (c.State == Public) && m.released(id) != 1 {
			m.t.Errorf("article %q is public and was released %d times", c.Title, m.released(id))
		}
	}
	m.synced[source], m.held[source] = p.At, p.Held
	m.checkSlugs()
	return p, nil
}

func (m *memory) Remind(_ context.Context, _ time.Time, decide func([]Event, []Release) []Release) ([]Release, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var events []Event
	for _, id := range slices.Sorted(maps.Keys(m.events)) {
		events = append(events, *m.events[id])
	}
	var out []Release
	for _, r := range decide(events, slices.Clone(m.wire)) {
		out = append(out, m.publish(r))
	}
	return out, nil
}

func (m *memory) publish(r Release) Release {
	r.N = int64(len(m.wire) + 1)
	m.wire = append(m.wire, r)
	return r
}

func (m *memory) released(id string) (n int) {
	for _, r := range m.wire {
		if r.Kind == KindArticle && r.Item == id {
			n++
		}
	}
	return n
}

func (m *memory) own(id string, keys []Key) {
	for _, k := range keys {
		if owner, ok := m.keys[k]; ok && owner != id {
			m.t.Errorf("key %s of %s is given to %s", k, owner, id)
		}
		m.keys[k] = id
	}
}

func (m *memory) checkSlugs() {
	taken := make(map[string]string)
	check := func(slug, id string) {
		if slug == "" || taken[slug] != "" {
			m.t.Errorf("slug %q of %s is empty or that of %s too", slug, id, taken[slug])
		}
		taken[slug] = id
	}
	for id, c := range m.articles {
		check(c.Slug, id)
	}
	for id, e := range m.events {
		check(e.Slug, id)
	}
}

// states tells title and state of every article, sorted.
func (m *memory) states() []string {
	var out []string
	for _, c := range m.articles {
		out = append(out, c.Title+" "+string(c.State))
	}
	slices.Sort(out)
	return out
}

// site is one source in the making, for tests that tell a story.
type site struct {
	t     *testing.T
	m     *memory
	name  string
	rules Rules
	now   time.Time
	live  map[string]bool // names of the sources in the configuration; nil: all
}

func newSite(t *testing.T) *site {
	t.Helper()
	n := 0
	return &site{
		t: t, m: newMemory(t), name: "dir:lead",
		rules: Rules{Settle: 2 * time.Minute, Flood: 20, Mint: func() string { n++; return fmt.Sprintf("id%03d", n) }},
		now:   time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
}

// sync reconciles what is shown, after so much time.
func (s *site) sync(after time.Duration, l Listing) *Plan {
	s.t.Helper()
	s.now = s.now.Add(after)
	p, err := s.m.Sync(s.t.Context(), s.name, s.now, func(k *Known) (*Plan, error) {
		k.Live = s.live
		return Reconcile(k, &l, s.rules, s.now), nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// released are the titles of the articles on the wire, in order, with * for
// the baseline.
func (s *site) released() string {
	var out []string
	for _, r := range s.m.wire {
		switch {
		case r.Kind != KindArticle:
			out = append(out, string(r.Kind)+" "+r.Rule+" "+s.m.events[r.Item].Name)
		case r.Baseline:
			out = append(out, "*"+s.m.articles[r.Item].Title)
		default:
			out = append(out, s.m.articles[r.Item].Title)
		}
	}
	return strings.Join(out, ", ")
}

func folder(articles ...Found) Listing { return Listing{Articles: articles, Complete: true} }

func page(articles ...Found) Listing { return Listing{Articles: articles} }

// post is an article in a file: NAME.md at /NAME, dated so many days before
// March 2026.
func post(name string, daysAgo int) Found {
	f := Found{
		Article: Article{
			Title: strings.ToUpper(name), Slug: name, URL: "https://example.com/" + name,
			Published: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -daysAgo), DateOnly: true,
		},
		At: Position{File: name + ".md"},
	}
	f.Keys = []Key{Key("dir:lead:" + name + ".md"), URLKey(f.URL)}
	f.Hash = "text of " + name
	return f
}

// as changes a post.
func (f Found) as(change func(*Found)) Found {
	f.Keys = slices.Clone(f.Keys)
	change(&f)
	return f
}

// at gives a post another file and address, and leaves its text.
func (f Found) at(name string) Found {
	return f.as(func(f *Found) {
		g := post(name, 0)
		f.Keys, f.URL, f.Slug, f.At = g.Keys, g.URL, g.Slug, g.At
	})
}

// edited gives a post another text.
func (f Found) edited(text string) Found { return f.as(func(f *Found) { f.Hash = text }) }

// dated gives a post a day on which it is to become public.
func (f Found) dated(t time.Time) Found {
	return f.as(func(f *Found) { f.Due, f.Published = t, t })
}
