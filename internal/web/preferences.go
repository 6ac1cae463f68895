package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// aPause is how long a reader's pause is.
const aPause = 28 * 24 * time.Hour

// mostChoices is how many topics, or cities, the page lists.
const mostChoices = 200

// preferences shows what a reader gets and wishes. It changes nothing.
func (s *Server) preferences(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParsePreferences(r.PathValue("token"))
	if err != nil {
		return err
	}
	reader, err := s.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return err
	}
	subs, err := s.Readers.Subscriptions(r.Context(), id)
	if err != nil {
		return err
	}
	l, now := s.languageOf(reader), time.Now()
	v := &templates.PreferencesPage{
		Page:    s.page(r, l, l.Message("preferences.title")),
		Address: subscribers.Mask(reader.Email),
		Action:  r.URL.EscapedPath(),
		Silent:  reader.Status == subscribers.Bounced || reader.Status == subscribers.Complained,
	}
	v.Hidden = true
	if r.URL.Query().Has("saved") {
		v.Saved = l.Message("preferences.saved")
	}
	if reader.PausedAt(now) {
		v.Paused = l.Day(reader.Paused.In(s.Publication.Zone))
	}
	for _, sub := range subs {
		n := s.newsletter(sub.Newsletter)
		v.Newsletters = append(v.Newsletters, templates.Order{
			Name: n.Name, Title: n.Title, Text: n.Description,
			Taken: sub.Left.IsZero() && reader.Status != subscribers.Left,
		})
	}
	topics, cities := s.offered()
	v.Topics = choices(topics, reader.Topics, content.TopicKey)
	v.Cities = choices(cities, reader.Cities, content.CityKey)
	return s.private(w, r, http.StatusOK, v)
}

// prefer does what one of the page's buttons says, and leads back to the page.
func (s *Server) prefer(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParsePreferences(r.PathValue("token"))
	if err != nil {
		return err
	}
	form, err := formOf(w, r)
	if err != nil {
		return unreadable(err)
	}
	do, newsletter, now := form.Get("do"), form.Get("newsletter"), time.Now()
	switch do {
	case "wish":
		err = s.wish(r.Context(), id, form["topic"], form["city"])
	case "pause":
		err = s.Readers.PauseUntil(r.Context(), id, now.Add(aPause), how(r, subscribers.ByLink), now)
	case "resume":
		err = s.Readers.PauseUntil(r.Context(), id, time.Time{}, how(r, subscribers.ByLink), now)
	case "stop":
		if newsletter == "" { // that would be everything
			return status(http.StatusBadRequest)
		}
		err = s.Readers.Leave(r.Context(), id, newsletter, how(r, subscribers.ByLink), now)
	case "start":
		if newsletter == "" {
			return status(http.StatusBadRequest)
		}
		err = s.Readers.Return(r.Context(), id, newsletter, how(r, subscribers.ByLink), now)
	case "stop-all":
		err = s.Readers.Leave(r.Context(), id, "", how(r, subscribers.ByLink), now)
	default:
		return status(http.StatusBadRequest)
	}
	if err != nil {
		return err
	}
	s.Log.Info("reader changed preferences", "subscriber", id, "what", do)
	keepPrivate(w.Header())
	http.Redirect(w, r, r.URL.EscapedPath()+"?saved", http.StatusSeeOther)
	return nil
}

// wish keeps those of the wanted topics and cities that the page may have
// offered.
func (s *Server) wish(ctx context.Context, id int64, topics, cities []string) error {
	reader, err := s.Readers.Subscriber(ctx, id)
	if err != nil {
		return err
	}
	allTopics, allCities := s.offered()
	return s.Readers.SetWishes(ctx, id,
		chosen(choices(allTopics, reader.Topics, content.TopicKey), topics),
		chosen(choices(allCities, reader.Cities, content.CityKey), cities))
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

// chosen returns the choices that values name.
func chosen(choices []templates.Choice, values []string) []string {
	var list []string
	for _, c := range choices {
		if slices.Contains(values, c.Value) {
			list = append(list, c.Value)
		}
	}
	return list
}
