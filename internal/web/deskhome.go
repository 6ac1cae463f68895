package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// deskEditions is how many past editions the desk lists.
const deskEditions = 10

// deskPage is what the editors' pages have: a menu of their own, and no place
// in search results.
func (s *Server) deskPage(r *http.Request, title string) templates.Page {
	l := s.locale()
	p := s.page(r, l, l.Message(title))
	p.Nav = []templates.Link{
		{Label: l.Message("desk.title"), URL: "/desk", Current: r.URL.Path == "/desk"},
		{Label: l.Message("desk.site"), URL: "/"},
	}
	p.Feeds, p.Hidden = nil, true
	return p
}

// desk shows what goes out next, and how the last editions and the sources
// are.
func (s *Server) desk(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, now := s.locale(), time.Now()
	v := &templates.DeskPage{
		DeskFrame: s.deskFrame(r, visit, l.Message("desk.title")),
		Who:       l.Message("desk.role_"+string(visit.Editor.Role), "editor", named(visit.Editor)),
		Clock:     l.Message("desk.clock", "zone", s.Publication.Zone.String(), "time", l.Clock(now.In(s.Publication.Zone))),
		End:       "/desk/sessions",
	}
	editions, err := s.Editions.Editions(r.Context(), "", deskEditions)
	if err != nil {
		return err
	}
	for i := range editions {
		v.Editions = append(v.Editions, deskEdition(l, &editions[i], now))
	}
	for _, n := range soonest(s.Newsletters, now) {
		send, err := s.nextSend(r, l, n, now)
		if err != nil {
			return err
		}
		v.Sends = append(v.Sends, send)
	}
	sources, err := s.Desk.Sources(r.Context())
	if err != nil {
		return err
	}
	for _, src := range sources {
		v.Sources = append(v.Sources, s.deskSource(l, src))
	}
	sessions, err := s.Desk.Door.Sessions(r.Context(), visit.Editor.Email, now)
	if err != nil {
		return err
	}
	for _, sess := range sessions {
		v.Browsers = append(v.Browsers, templates.Browser{
			Session: sess.Hash.ID(), Agent: sess.Agent, This: sess.Hash == visit.Session.Hash,
			Seen: l.Message("desk.last_seen", "time", s.moment(l, sess.Seen)),
		})
	}
	return s.private(w, r, http.StatusOK, v)
}

// named is how an editor is addressed.
func named(e editors.Editor) string {
	if e.Name != "" {
		return e.Name
	}
	return e.Email
}

// moment writes a day and time in the publication's zone.
func (s *Server) moment(l *i18n.Locale, t time.Time) string {
	t = t.In(s.Publication.Zone)
	return l.Day(t) + ", " + l.Time(t)
}

// soonest puts newsletters in the order in which they go out; those without
// slots come last.
func soonest(all []*digest.Newsletter, now time.Time) []*digest.Newsletter {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *digest.Newsletter) int {
		x, y := a.Next(now), b.Next(now)
		switch {
		case x.IsZero() && y.IsZero():
			return 0
		case x.IsZero():
			return 1
		case y.IsZero():
			return -1
		}
		return x.Compare(y)
	})
	return all
}

// nextSend says what would go out of a newsletter now, and when it does.
func (s *Server) nextSend(r *http.Request, l *i18n.Locale, n *digest.Newsletter, now time.Time) (templates.Send, error) {
	v := templates.Send{Title: n.Title, Goes: goes(l, n, now), State: l.Message("desk.on_schedule")}
	plan, err := s.Desk.Plans.Plan(r.Context(), n.Name, 0, now)
	if err != nil {
		return v, err
	}
	if plan.Planned > 0 {
		v.Readers = l.Message("desk.readers", "n", plan.Planned)
		v.Versions = l.Message("desk.versions", "n", len(plan.Versions))
	} else {
		v.State, v.Note = l.Message("desk.nothing_new"), l.Message("desk.nothing")
	}
	if plan.None > 0 && plan.Planned > 0 {
		v.Without = l.Message("desk.without", "n", plan.None)
	}
	v.Contains = contains(l, plan)
	held, err := s.holding(r, n)
	if err != nil {
		return v, err
	}
	if held != nil {
		v.State, v.Note = l.Message("desk.held"), l.Message("desk.held_"+string(held.State), "edition", held.ID)
	}
	return v, nil
}

// goes says when a newsletter goes out next.
func goes(l *i18n.Locale, n *digest.Newsletter, now time.Time) string {
	slot := n.Next(now)
	if slot.IsZero() {
		return l.Message("desk.instant")
	}
	if n.ReaderZone { // the slot is the moment at which the first zone on Earth has reached it
		return l.Message("desk.reader_zone", "time", l.FullDay(slot)+", "+l.Clock(slot))
	}
	return l.FullDay(slot) + ", " + l.Time(slot)
}

// contains counts what all versions hold together.
func contains(l *i18n.Locale, plan *digest.Plan) []string {
	seen := map[int64]bool{}
	count := map[content.Kind]int{}
	for i := range plan.Versions {
		for _, it := range plan.Versions[i].Items {
			if !seen[it.N] {
				seen[it.N] = true
				count[it.Kind]++
			}
		}
	}
	var parts []string
	for _, k := range []struct {
		kind content.Kind
		key  string
	}{{content.KindArticle, "letter.articles"}, {content.KindReminder, "desk.reminders"}, {content.KindNotice, "desk.notices"}} {
		if n := count[k.kind]; n > 0 {
			parts = append(parts, l.Message(k.key, "n", n))
		}
	}
	return parts
}

// holding returns the edition that keeps a newsletter from going out, nil if
// none does: nothing was published after it.
func (s *Server) holding(r *http.Request, n *digest.Newsletter) (*digest.Edition, error) {
	last, err := s.Editions.Editions(r.Context(), n.Name, 1)
	if err != nil || len(last) == 0 || !last[0].State.Holding() {
		return nil, err
	}
	return &last[0], nil
}

func deskEdition(l *i18n.Locale, e *digest.Edition, now time.Time) templates.DeskEdition {
	v := templates.DeskEdition{
		ID: e.ID, State: l.Message("desk.state_" + string(e.State)), Reason: e.Reason,
		Planned: l.Number(e.Planned), Sent: l.Number(e.Sent), Failed: l.Number(e.Failed), Skipped: l.Number(e.Skipped), Open: l.Number(e.Open),
		Warn: e.State.Holding() || e.State == digest.Missed,
	}
	if out(e, now) {
		v.URL = "/editions/" + e.ID
	}
	return v
}

func (s *Server) deskSource(l *i18n.Locale, src SourceState) templates.DeskSource {
	v := templates.DeskSource{
		Name: src.Name, Articles: l.Number(src.Report.Articles), Events: l.Number(src.Report.Events),
		Held: l.Number(src.Report.Held), Refused: l.Number(src.Report.Refused), Errors: src.Report.Errors,
	}
	if !src.Synced.IsZero() {
		v.Read = s.moment(l, src.Synced)
	}
	held := slices.Clone(src.Held)
	slices.SortFunc(held, func(a, b content.Conflict) int { return strings.Compare(a.Title, b.Title) })
	for _, c := range held {
		v.Waiting = append(v.Waiting, templates.Waiting{Title: c.Title, Reason: c.Reason, At: c.At.String()})
	}
	return v
}
