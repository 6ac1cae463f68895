package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A reader may take a break of so many weeks.
const (
	mostWeeks  = 12
	usualWeeks = 4
)

// mostChoices is how many topics, or cities, the page lists.
const mostChoices = 200

// A holder is the reader whose link of a letter somebody has.
type holder struct {
	token  string
	reader *subscribers.Subscriber
	subs   []subscribers.Subscription
}

// holder returns whose preferences a request is about.
func (s *Server) holder(r *http.Request) (*holder, error) {
	h := &holder{token: r.PathValue("token")}
	id, _, err := s.Tokens.ParsePreferences(h.token)
	if err != nil {
		return nil, err
	}
	if h.reader, err = s.Readers.Subscriber(r.Context(), id); err != nil {
		return nil, err
	}
	h.subs, err = s.Readers.Subscriptions(r.Context(), id)
	return h, err
}

// takes reports whether the reader is sent a newsletter.
func (h *holder) takes(newsletter string) bool {
	return h.reader.Status != subscribers.Left && slices.ContainsFunc(h.subs, func(sub subscribers.Subscription) bool {
		return sub.Newsletter == newsletter && sub.Left.IsZero()
	})
}

// silent reports whether nothing is sent whatever the reader chooses.
func (h *holder) silent() bool {
	return h.reader.Status == subscribers.Bounced || h.reader.Status == subscribers.Complained
}

// path is that of the preferences, and of what lies below them.
func (h *holder) path(below string) string { return "/preferences/" + url.PathEscape(h.token) + below }

// preferences shows what a reader gets and wishes. It changes nothing.
func (s *Server) preferences(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holder(r)
	if err != nil {
		return err
	}
	l, now := s.languageOf(h.reader), time.Now()
	v := &templates.PreferencesPage{
		Page: s.page(r, l, l.Message("preferences.title")), Address: subscribers.Mask(h.reader.Email),
		Action: h.path(""), ChangeAddress: h.path("/address"), Download: h.path("/data"), Erase: h.path("/erase"),
		Silent: h.silent(), Tongues: s.tongues(l, h.reader.Language), Zones: zoneOptions(h.reader.Timezone, s.ownZone(l)), Weeks: weeks(l),
	}
	v.Hidden = true
	switch asked := r.URL.Query(); {
	case asked.Has("welcome"):
		v.Welcome = s.first(l, h, now)
		v.Title = l.Message("reader.welcome")
	case asked.Has("saved"):
		v.Saved = s.saved(l, h, now)
	}
	if h.reader.PausedAt(now) {
		v.Paused = l.Day(h.reader.Paused.In(s.Publication.Zone))
	}
	for _, n := range s.Newsletters {
		v.Newsletters = append(v.Newsletters, templates.Order{
			Name: n.Name, Title: n.Title, Text: n.Description, When: next(l, n, h.reader.Timezone, now), Taken: h.takes(n.Name),
		})
	}
	topics, cities := s.offered()
	v.Topics = choices(topics, h.reader.Topics, content.TopicKey)
	v.Cities = choices(cities, h.reader.Cities, content.CityKey)
	return s.private(w, r, http.StatusOK, v)
}

// prefer does what one of the page's buttons says, and leads back to the page.
func (s *Server) prefer(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holder(r)
	if err != nil {
		return err
	}
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	do, now, how := form.Get("do"), time.Now(), s.how(r, subscribers.ByLink)
	switch do {
	case "save":
		err = s.Readers.SetProfile(r.Context(), h.reader.ID, s.profile(h, form), how, now)
	case "pause":
		weeks, wrong := strconv.Atoi(cmp.Or(form.Get("weeks"), strconv.Itoa(usualWeeks)))
		if wrong != nil || weeks < 1 || weeks > mostWeeks {
			return status(http.StatusBadRequest)
		}
		err = s.Readers.PauseUntil(r.Context(), h.reader.ID, now.AddDate(0, 0, 7*weeks), how, now)
	case "resume":
		err = s.Readers.PauseUntil(r.Context(), h.reader.ID, time.Time{}, how, now)
	case "stop-all":
		err = s.Readers.Leave(r.Context(), h.reader.ID, "", how, now)
	default:
		return status(http.StatusBadRequest)
	}
	if err != nil {
		return err
	}
	s.Log.Info("reader changed preferences", "subscriber", h.reader.ID, "what", do)
	keepPrivate(w.Header())
	http.Redirect(w, r, h.path("?saved"), http.StatusSeeOther)
	return nil
}

// profile is what a form chooses, of what the page may have offered. What it
// could not offer stays: newsletters that are not configured at the moment.
func (s *Server) profile(h *holder, form url.Values) subscribers.Profile {
	topics, cities := s.offered()
	p := subscribers.Profile{
		Topics:   ticked(tick(choices(topics, h.reader.Topics, content.TopicKey), form["topic"], content.TopicKey)),
		Cities:   ticked(tick(choices(cities, h.reader.Cities, content.CityKey), form["city"], content.CityKey)),
		Language: h.reader.Language, Timezone: h.reader.Timezone,
	}
	if said := form.Get("language"); form.Has("language") && s.speaks(said) {
		p.Language = said
	}
	if said := form.Get("timezone"); form.Has("timezone") && (said == "" || slices.Contains(zones(), said)) {
		p.Timezone = said
	}
	wanted, known := set(form["newsletter"]), map[string]bool{}
	for _, n := range s.Newsletters {
		known[n.Name] = true
		if wanted[n.Name] {
			p.Newsletters = append(p.Newsletters, n.Name)
		}
	}
	for _, sub := range h.subs {
		if !known[sub.Newsletter] && sub.Left.IsZero() {
			p.Newsletters = append(p.Newsletters, sub.Newsletter)
		}
	}
	return p
}

// tongues are the languages a reader may have letters in. The publication's own
// is what no choice means: readers who have it share their letters.
func (s *Server) tongues(l *i18n.Locale, have string) []templates.Option {
	own := s.Catalog.First(s.Publication.Language)
	list := []templates.Option{{Label: l.Message("reader.language_own", "language", own.Name())}}
	found := -1
	for i, o := range s.Catalog.Offer(s.Publication.Language) {
		if o.Tag == have || o.Words == have {
			found = i
		}
		if i > 0 { // the first is own
			list = append(list, templates.Option{Value: o.Tag, Label: o.Name(), Lang: o.Words})
		}
	}
	switch {
	case have == "":
		found = 0
	case found < 0:
		list = append(list, templates.Option{Value: have, Label: have})
		found = len(list) - 1
	}
	list[found].Chosen = true
	return list
}

// speaks reports whether there are letters in a language that a reader may
// choose.
func (s *Server) speaks(tag string) bool {
	return slices.ContainsFunc(s.tongues(s.locale(), ""), func(o templates.Option) bool { return o.Value == tag })
}

// ownZone says whose time letters go by when a reader names none.
func (s *Server) ownZone(l *i18n.Locale) string {
	return l.Message("reader.zone_own", "zone", strings.ReplaceAll(s.Publication.Zone.String(), "_", " "))
}

func weeks(l *i18n.Locale) []templates.Option {
	var list []templates.Option
	for n := 1; n <= mostWeeks; n++ {
		list = append(list, templates.Option{Value: strconv.Itoa(n), Label: l.Message("reader.weeks", "n", n), Chosen: n == usualWeeks})
	}
	return list
}

// offered are the topics of articles and the cities of events there are, in
// order of their names. What is online reaches every city and is none.
func (s *Server) offered() (topics, cities []string) {
	labels := s.Shelf.now().labels
	for _, t := range labels.topics {
		topics = append(topics, t.Name)
	}
	for _, c := range labels.cities {
		if c.Name != online {
			cities = append(cities, c.Name)
		}
	}
	return topics, cities
}

// choices are what a reader may tick: what they have chosen before, which may
// be gone for the moment, and what is offered, the commonest of it if there is
// much. Names with one key are one, spelt as they are offered.
func choices(offered, have []string, key func(string) string) []templates.Choice {
	spelt := map[string]string{}
	for _, name := range slices.Backward(slices.Concat(offered, have)) {
		spelt[key(name)] = name
	}
	delete(spelt, "")
	var list []templates.Choice
	for i, name := range slices.Concat(have, offered) {
		k := key(name)
		if value, ok := spelt[k]; ok && len(list) < mostChoices {
			list = append(list, templates.Choice{Value: value, Ticked: i < len(have)})
			delete(spelt, k)
		}
	}
	slices.SortFunc(list, func(a, b templates.Choice) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Value), strings.ToLower(b.Value)), cmp.Compare(a.Value, b.Value))
	})
	return list
}
