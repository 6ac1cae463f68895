package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A reader may take a break of so many weeks.
const (
	MostWeeks  = 12
	usualWeeks = 4
)

// mostChoices is how many topics, or cities, a page lists.
const mostChoices = 200

// Wishes are what a reader may choose: on their own pages, and on the page that
// editors see of them.
type Wishes struct {
	Frame *Frame
	Shelf *Shelf // of whose articles and events there are topics and cities
}

func (s *Server) wishes() Wishes { return Wishes{&s.Frame, s.Shelf} }

// Profile is what a form chooses for a reader who takes subs, of what the page
// may have offered. What it could not offer stays: newsletters that are not
// configured at the moment.
func (w Wishes) Profile(reader *subscribers.Subscriber, subs []subscribers.Subscription, form url.Values) subscribers.Profile {
	p := subscribers.Profile{
		Topics:   ticked(tick(w.Topics(reader.Topics), form["topic"], content.TopicKey)),
		Cities:   ticked(tick(w.Cities(reader.Cities), form["city"], content.CityKey)),
		Language: reader.Language, Timezone: reader.Timezone,
	}
	if said := form.Get("language"); form.Has("language") && w.speaks(said) {
		p.Language = said
	}
	if said := form.Get("timezone"); form.Has("timezone") && (said == "" || slices.Contains(zones(), said)) {
		p.Timezone = said
	}
	wanted, known := set(form["newsletter"]), map[string]bool{}
	for _, n := range w.Frame.Newsletters {
		known[n.Name] = true
		if wanted[n.Name] {
			p.Newsletters = append(p.Newsletters, n.Name)
		}
	}
	for _, sub := range subs {
		if !known[sub.Newsletter] && sub.Left.IsZero() {
			p.Newsletters = append(p.Newsletters, sub.Newsletter)
		}
	}
	return p
}

// Languages are those a reader may have letters in. The publication's own is
// what no choice means: readers who have it share their letters.
func (w Wishes) Languages(l *i18n.Locale, have string) []templates.Option {
	catalog, publication := w.Frame.Catalog, w.Frame.Publication.Language
	own := catalog.First(publication)
	list := []templates.Option{{Label: l.Message("reader.language_own", "language", own.Name())}}
	found := -1
	for i, o := range catalog.Offer(publication) {
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
func (w Wishes) speaks(tag string) bool {
	return slices.ContainsFunc(w.Languages(w.Frame.Locale(), ""), func(o templates.Option) bool { return o.Value == tag })
}

// Zones are the time zones a reader may choose, by continent.
func (w Wishes) Zones(l *i18n.Locale, have string) []templates.Options {
	return zoneOptions(have, w.OwnZone(l))
}

// OwnZone says whose time letters go by when a reader names none.
func (w Wishes) OwnZone(l *i18n.Locale) string {
	return l.Message("reader.zone_own", "zone", strings.ReplaceAll(w.Frame.Publication.Zone.String(), "_", " "))
}

// Weeks are how long a break may be.
func (Wishes) Weeks(l *i18n.Locale) []templates.Option {
	var list []templates.Option
	for n := 1; n <= MostWeeks; n++ {
		list = append(list, templates.Option{Value: strconv.Itoa(n), Label: l.Message("reader.weeks", "n", n), Chosen: n == usualWeeks})
	}
	return list
}

// Topics are those of articles that a reader may tick, who has some.
func (w Wishes) Topics(have []string) []templates.Choice {
	var offered []string
	for _, t := range w.Shelf.now().labels.topics {
		offered = append(offered, t.Name)
	}
	return choices(offered, have, content.TopicKey)
}

// Cities are those of events that a reader may tick, who has some. What is
// online reaches every city and is none.
func (w Wishes) Cities(have []string) []templates.Choice {
	var offered []string
	for _, c := range w.Shelf.now().labels.cities {
		if c.Name != online {
			offered = append(offered, c.Name)
		}
	}
	return choices(offered, have, content.CityKey)
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
