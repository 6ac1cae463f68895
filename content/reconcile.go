package content

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The reasons [Reconcile] gives for states that it takes back by itself. A
// state with any other reason is an editor's word and stays.
const (
	ReasonFlood = "came with more new articles at once than this source usually brings"
	ReasonGone  = "no longer in its source"
	ReasonAhead = "its date was moved into the future"
)

// Reconcile compares what a source shows with what is known and decides what
// is new, edited, held, withdrawn and released. It asks neither paths nor
// dates: an article is what owns its keys, and is released once.
//
// The first sync of a source is its baseline: what is public then, and was not
// known by another source, enters the wire at once, marked. Later, an article
// is released when its date has come and it stayed unchanged for rules.Settle.
// More than rules.Flood of them within that time are held until an editor
// agrees. What is gone from a complete listing is withdrawn, or forgotten if
// it was never released; but a listing that would take away more than the
// flood and more than half of what is public, or everything, is not believed
// before an editor agrees.
//
// An article belongs to the source that showed it first; another source that
// shows it too only adds keys. It is adopted by the other one when its own is
// no longer configured, or has dropped it while the other is complete. Events
// likewise.
//
// A slug never changes once its article was released, whatever the source
// wishes later: URLs are promises.
//
// Reconcile alters neither known nor listing.
func Reconcile(known *Known, listing *Listing, rules Rules, now time.Time) *Plan {
	r := &reconciling{
		known: known, listing: listing, rules: rules, now: now.UTC(),
		slugs:  maps.Clone(known.Slugs),
		unread: make(map[string]bool),
		plan:   &Plan{Source: known.Source, At: now.UTC(), Baseline: !known.Synced},
	}
	if r.slugs == nil {
		r.slugs = make(map[string]bool)
	}
	if r.rules.Mint == nil {
		r.rules.Mint = func() string { return strings.ToLower(rand.Text()) }
	}
	unread := slices.Clone(listing.Unread)
	for _, p := range listing.Problems {
		unread = append(unread, p.Keys...)
	}
	for _, k := range unread {
		if id, ok := known.Keys[k]; ok {
			r.unread[id] = true
		}
	}
	r.articles()
	r.events()
	return r.finish()
}

// reconciling is one run of Reconcile.
type reconciling struct {
	known   *Known
	listing *Listing
	rules   Rules
	now     time.Time

	slugs  map[string]bool // taken
	unread map[string]bool // IDs of what is there but could not be read

	doubted  bool // so much is gone that the listing is not believed
	changes  []*Change
	states   []*StateChange
	forget   []string
	ready    []candidate // to be released, unless they are too many
	settling []candidate // settling, unless they are too many
	stopped  int         // held by the flood guard, so lately that they would be settling
	flooded  []string    // titles of all that the flood guard holds, after this sync
	notices  []Release
	plan     *Plan
}

// candidate is an article that was never released: state and reason point into
// the change that will say what becomes of it.
type candidate struct {
	id, title string
	published time.Time
	baseline  bool      // the first sync of its source shows it, and nobody knew it
	settled   time.Time // when it will be, or was
	state     *State
	reason    *string
}

// own reports whether this source decides about what belongs to the source
// named.
func (r *reconciling) own(source string) bool {
	return source == r.known.Source || r.known.Live != nil && !r.known.Live[source]
}

// release decides about the articles that settle or are ready, together. An
// import that takes its time is a flood too, so everything that came within the
// time of settling counts, and is held before the first of it is ready.
func (r *reconciling) release() {
	news := slices.DeleteFunc(slices.Concat(r.ready, r.settling), func(a candidate) bool { return a.baseline })
	if n, flood := len(news)+r.stopped, r.rules.Flood; !r.rules.Accept && flood > 0 && n > flood && len(news) > 0 {
		for _, a := range news {
			*a.state, *a.reason = Held, ReasonFlood
			r.flooded = append(r.flooded, a.title)
		}
		r.plan.Report.Held += len(news)
		r.ready = slices.DeleteFunc(r.ready, func(a candidate) bool { return !a.baseline })
		r.settling = nil
	}
	for _, a := range r.settling {
		*a.state, *a.reason = Settling, ""
		r.wait(a.settled)
	}
	r.plan.Report.Settling += len(r.settling)
	slices.SortStableFunc(r.ready, func(a, b candidate) int {
		return cmp.Or(a.published.Compare(b.published), cmp.Compare(a.title, b.title), cmp.Compare(a.id, b.id))
	})
	for _, a := range r.ready {
		*a.state, *a.reason = Public, ""
		r.plan.Releases = append(r.plan.Releases, Release{
			Kind: KindArticle, Item: a.id, Baseline: a.baseline, At: r.now,
		})
		if a.baseline {
			r.plan.Report.Baseline++
		}
	}
	r.plan.Report.Released = len(r.ready)
}

// finish puts the plan together.
func (r *reconciling) finish() *Plan {
	p := r.plan
	for _, c := range r.changes {
		p.Articles = append(p.Articles, *c)
	}
	for _, s := range r.states {
		if k := r.known.Articles[s.ID]; s.State != k.State || s.Reason != k.Reason || len(s.Keys) > 0 {
			p.States = append(p.States, *s)
		}
	}
	p.Forget = r.forget
	p.Releases = append(p.Releases, r.notices...)

	rep := &p.Report
	rep.Source = r.known.Source
	rep.Articles, rep.Events, rep.Drafts = len(r.listing.Articles), len(r.listing.Events), r.listing.Drafts
	rep.Notices = len(r.notices)
	rep.Held += len(p.Held)
	rep.Refused = refused(r.listing)
	if n := len(r.flooded); n > 0 {
		r.fail("%s held, for more than %d (flood) came at once: %s; %s releases them",
			count(n, "new article is", "new articles are"), r.rules.Flood, some(r.flooded), agreeing)
	}
	if rep.Errors == nil {
		rep.Errors = []string{} // a list in JSON, also when there are none
	}
	for _, problem := range r.listing.Problems {
		rep.Errors = append(rep.Errors, problem.Error())
	}
	for _, c := range p.Held {
		rep.Errors = append(rep.Errors, Problem{At: c.At, What: fmt.Sprintf("%q is held: %s", c.Title, c.Reason)}.Error())
	}
	return p
}

// refused counts the files that gave problems and nothing else; a problem
// without a file counts by itself.
func refused(l *Listing) int {
	good := make(map[string]bool)
	for _, f := range l.Articles {
		good[f.At.File] = true
	}
	bad, n := make(map[string]bool), 0
	for _, p := range l.Problems {
		switch f := p.At.File; {
		case f == "":
			n++
		case !good[f]:
			bad[f] = true
		}
	}
	return n + len(bad)
}

// wait notes when something that waits will be ready.
func (r *reconciling) wait(t time.Time) {
	if r.plan.Next.IsZero() || t.Before(r.plan.Next) {
		r.plan.Next = t
	}
}

func (r *reconciling) fail(format string, args ...any) {
	r.plan.Report.Errors = append(r.plan.Report.Errors, fmt.Sprintf(format, args...))
}

// agreeing is what an editor does to agree to what the guards hold.
const agreeing = `"standfirst sync --accept"`

// some names the first of many titles, always the same ones: what is said twice
// in the same words is logged once.
func some(titles []string) string {
	const most = 3
	titles = slices.Sorted(slices.Values(titles))
	var out []string
	for _, t := range titles[:min(most, len(titles))] {
		out = append(out, fmt.Sprintf("%q", t))
	}
	s := strings.Join(out, ", ")
	if more := len(titles) - most; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// slug takes a free slug: the first wish that leaves anything, with -2, -3 …
// if it is taken. What is held already is kept if it came of the same wish.
func (r *reconciling) slug(held string, wishes ...string) string {
	base := ""
	for _, w := range wishes {
		if base = Slugify(w); base != "" {
			break
		}
	}
	if tail, ok := strings.CutPrefix(held, base); held != "" && ok && (tail == "" || counted(tail)) {
		return held
	}
	slug := base
	for n := 2; r.slugs[slug]; n++ {
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	r.slugs[slug] = true
	return slug
}

// counted reports whether s is a number given to a slug that was taken: -2.
func counted(s string) bool {
	digits, ok := strings.CutPrefix(s, "-")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
