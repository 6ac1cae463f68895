package digest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/mailer"
)

// A Slate is what an edition has on offer, the same for every reader. Make it
// with [NewSlate]; [Slate.Select] then says what one reader gets. Neither
// fetches anything.
type Slate struct {
	newsletter *Newsletter
	numbers    []int64            // of all entries, ascending
	offers     []offer            // what may be given at all, by number
	out        []Passed           // what nobody is given
	early      map[reminder]int64 // the number under which the newsletter carried it early
	extra      map[int64]bool
	putIn      map[int64]bool
	places     places
	memo       map[string][]Item
}

// Passed is a release that a reader is not given, with the reason in words for
// editors. An edition settles it all the same.
type Passed struct {
	Item
	Why string
}

// An Offering is what a slate is made of.
type Offering struct {
	Newsletter *Newsletter
	Entries    []content.Entry // by number
	// BaselineUpto is the horizon of the newsletter's first edition: baseline
	// releases up to there are its `first` items, later ones are never given.
	BaselineUpto int64
	// OfferedUpto is the horizon of the last edition but one. The newsletter's
	// Newest holds up to there, for readers who were away; what came later
	// nobody has been able to miss by being away.
	OfferedUpto int64
	// Out are releases that nobody is given, and why. Extra are older ones for
	// readers who are owed them. Changes put the letter in order; nil: none.
	Out     map[int64]string
	Extra   map[int64]bool
	Changes *Changes
	At      time.Time // when readers are expanded
}

type offer struct {
	*content.Entry
	topics []string // folded
	city   string   // folded; empty: everywhere
}

type reminder struct {
	event, rule string
	first       content.Date
}

// NewSlate sorts out what no reader of the newsletter can get.
func NewSlate(o Offering) *Slate {
	s := &Slate{newsletter: o.Newsletter, extra: o.Extra, putIn: o.Changes.putIn(), places: o.Changes.places(), early: map[reminder]int64{}, memo: map[string][]Item{}}
	own := fold(o.Newsletter.Topics, content.TopicKey)
	for i := range o.Entries {
		e := &o.Entries[i]
		s.numbers = append(s.numbers, e.N)
		if e.Newsletter != "" {
			if e.Newsletter != o.Newsletter.Name {
				continue // another newsletter's own
			}
			s.early[reminder{e.Item, e.Rule, e.Days.First}] = e.N
		}
		f := offer{Entry: e}
		switch {
		case e.Article != nil:
			f.topics = fold(e.Article.Topics, content.TopicKey)
		case e.Event != nil:
			f.topics = fold(e.Event.Topics, content.TopicKey)
			if !e.Event.Online {
				f.city = content.CityKey(e.Event.City)
			}
		}
		if why := o.bars(&f, own); why != "" {
			s.out = append(s.out, Passed{item(e), why})
			continue
		}
		s.offers = append(s.offers, f)
	}
	return s
}

// bars says why no reader gets f, or nothing.
func (o *Offering) bars(f *offer, own []string) string {
	if why := o.Out[f.N]; why != "" {
		return why
	}
	if !o.Newsletter.Carries(f.Kind) {
		return "the newsletter carries no " + string(f.Kind) + "s"
	}
	if ok, why := f.Holds(o.At); !ok {
		return why
	}
	switch {
	case o.Extra[f.N]: // somebody wants it
	case f.Baseline && f.N > o.BaselineUpto:
		return "was there before us"
	case !f.Baseline && o.Newsletter.Newest > 0 && f.N <= o.OfferedUpto && f.At.Before(o.At.Add(-o.Newsletter.Newest)):
		return "released too long ago"
	case !meets(f.topics, own):
		return "outside the newsletter's topics"
	}
	return ""
}

// Select returns what a reader gets of everything after their bookmark, in the
// order of the letter; nothing if there is nothing. It answers equal questions
// from memory, so it costs little for a million readers with few distinct
// wishes. The result is shared: do not change it.
func (s *Slate) Select(r *Reader) []Item {
	key := s.key(r)
	if items, ok := s.memo[key]; ok {
		return items
	}
	if len(s.memo) >= 50_000 {
		clear(s.memo)
	}
	items, _ := s.choose(r)
	s.memo[key] = items
	return items
}

// Why returns what lies after a reader's bookmark and is not given, each with
// the reason.
func (s *Slate) Why(r *Reader) []Passed {
	_, passed := s.choose(r)
	for _, p := range s.out {
		if p.N > r.Bookmark {
			passed = append(passed, p)
		}
	}
	slices.SortFunc(passed, func(a, b Passed) int { return cmp.Compare(a.N, b.N) })
	return passed
}

func (s *Slate) choose(r *Reader) (items []Item, passed []Passed) {
	topics, cities := fold(r.Topics, content.TopicKey), fold(r.Cities, content.CityKey)
	var wanted []offer
	for _, f := range s.offers {
		if f.N <= r.Bookmark && !r.Owed[f.N] {
			continue
		}
		if why := s.refuses(f, r, topics, cities); why != "" {
			passed = append(passed, Passed{item(f.Entry), why})
			continue
		}
		wanted = append(wanted, f)
	}
	wanted, more := s.narrow(wanted)
	slices.SortStableFunc(wanted, s.places.inLetter)
	for _, f := range wanted {
		items = append(items, item(f.Entry))
	}
	return items, append(passed, more...)
}

// refuses says why this reader does not get f, or nothing.
func (s *Slate) refuses(f offer, r *Reader, topics, cities []string) string {
	switch f.Kind {
	case content.KindNotice:
		if !r.Told[f.Item] {
			return "was told nothing about this event"
		}
		return ""
	case content.KindReminder:
		if f.city != "" && len(cities) > 0 && !slices.Contains(cities, f.city) {
			return "outside the reader's cities"
		}
		if n, ok := s.early[reminder{f.Item, f.Rule, f.Days.First}]; ok && n <= r.Bookmark && r.Told[f.Item] {
			return "was given early"
		}
	}
	if !meets(f.topics, topics) {
		return "outside the reader's topics"
	}
	return ""
}

// narrow keeps one reminder of each event, the latest due, one notice, the
// newest, and the newest of the baseline.
func (s *Slate) narrow(wanted []offer) (kept []offer, passed []Passed) {
	type subject struct {
		kind content.Kind
		id   string
	}
	last := map[subject]offer{}
	var baseline []offer
	for _, f := range wanted {
		switch {
		case f.Event != nil:
			of := subject{f.Kind, f.Item}
			if have, ok := last[of]; !ok || closer(f, have) {
				last[of] = f
			}
		case f.Baseline && !s.extra[f.N]:
			baseline = append(baseline, f)
		}
	}
	slices.SortStableFunc(baseline, places(nil).inLetter)
	first := map[int64]bool{}
	for i, f := range baseline {
		first[f.N] = i < s.newsletter.First
	}
	for _, f := range wanted {
		switch {
		case f.Event != nil && last[subject{f.Kind, f.Item}].N != f.N:
			passed = append(passed, Passed{item(f.Entry), "a later " + string(f.Kind) + " of the event is there"})
		case f.Baseline && !s.extra[f.N] && !first[f.N]:
			passed = append(passed, Passed{item(f.Entry), "was there before us"})
		default:
			kept = append(kept, f)
		}
	}
	return kept, passed
}

// closer reports whether reminder a was due later than b. A rule in days says
// so better than the number: an early release comes before its day.
func closer(a, b offer) bool {
	da, okA := content.RuleDays(a.Rule)
	db, okB := content.RuleDays(b.Rule)
	if okA && okB && da != db && a.Days == b.Days {
		return da < db
	}
	return a.N > b.N
}

// inLetter orders the items of a letter: notices, reminders by date, articles
// from the newest, pinned ones before them; of each kind first what an editor
// has put in order for this edition. Equal
// moments are ordered by number, so that the order is always the same.
func (p places) inLetter(a, b offer) int {
	if c := cmp.Compare(rank(a.Kind), rank(b.Kind)); c != 0 {
		return c
	}
	if c := p.compare(a.N, b.N); c != 0 {
		return c
	}
	if a.Article != nil && b.Article != nil {
		if a.Pinned != b.Pinned {
			if a.Pinned {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Article.Published.Compare(a.Article.Published), cmp.Compare(b.N, a.N))
	}
	if a.Event != nil && b.Event != nil {
		return cmp.Or(a.Event.Begins().Compare(b.Event.Begins()), cmp.Compare(a.N, b.N))
	}
	return cmp.Compare(a.N, b.N)
}

func rank(k content.Kind) int {
	return slices.Index([]content.Kind{content.KindNotice, content.KindReminder, content.KindArticle}, k)
}

// meets reports whether something with these topics suits these wishes: no
// topics suit everybody, and no wishes take everything.
func meets(topics, wishes []string) bool {
	if len(topics) == 0 || len(wishes) == 0 {
		return true
	}
	return slices.ContainsFunc(topics, func(t string) bool { return slices.Contains(wishes, t) })
}

func fold(in []string, key func(string) string) []string {
	var out []string
	for _, s := range in {
		if k := key(s); k != "" {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func item(e *content.Entry) Item {
	return Item{N: e.N, Kind: e.Kind, ID: e.Item, Rule: e.Rule}
}

// key is all of a reader that a selection depends on. Bookmarks count only by
// what lies after them.
func (s *Slate) key(r *Reader) string {
	after, found := slices.BinarySearch(s.numbers, r.Bookmark)
	if found {
		after++
	}
	var told []string
	for id, yes := range r.Told {
		if yes {
			told = append(told, id)
		}
	}
	slices.Sort(told)
	var owed []string
	for _, n := range slices.Sorted(maps.Keys(r.Owed)) {
		owed = append(owed, strconv.FormatInt(n, 10))
	}
	parts := []string{strconv.Itoa(after)}
	for _, list := range [][]string{fold(r.Topics, content.TopicKey), fold(r.Cities, content.CityKey), told, owed} {
		parts = append(parts, strings.Join(list, "\x01"))
	}
	return strings.Join(parts, "\x00")
}

// decide turns a selection into what the store writes down.
func (s *Slate) decide(r *Reader, language string, due time.Time) Decision {
	if r.Reason != "" {
		return Decision{Subscriber: r.Subscriber, Reason: r.Reason}
	}
	items := s.Select(r)
	if len(items) == 0 {
		return Decision{Subscriber: r.Subscriber, Reason: mailer.Nothing}
	}
	return Decision{Subscriber: r.Subscriber, Language: language, Items: items, Due: due}
}
