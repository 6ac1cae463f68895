package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

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

// path is that of the preferences, and of what lies below them.
func (h *holder) path(below string) string { return "/preferences/" + url.PathEscape(h.token) + below }

// preferences shows what a reader gets and wishes. It changes nothing.
func (s *Server) preferences(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holder(r)
	if err != nil {
		return err
	}
	l, wishes, now := s.languageOf(h.reader), s.wishes(), time.Now()
	v := &templates.PreferencesPage{
		Page: s.page(r, l, l.Message("preferences.title")), Address: subscribers.Mask(h.reader.Email),
		Action: h.path(""), ChangeAddress: h.path("/address"), Download: h.path("/data"), Erase: h.path("/erase"),
		Silent: h.reader.Silent(), Tongues: wishes.Languages(l, h.reader.Language), Zones: wishes.Zones(l, h.reader.Timezone), Weeks: wishes.Weeks(l),
		Topics: wishes.Topics(h.reader.Topics), Cities: wishes.Cities(h.reader.Cities),
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
			Name: n.Name, Title: n.Title, Text: n.Description, When: next(l, n, h.reader.Timezone, now), Taken: h.reader.Takes(n.Name, h.subs),
		})
	}
	return s.Private(w, r, http.StatusOK, v)
}

// prefer does what one of the page's buttons says, and leads back to the page.
func (s *Server) prefer(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holder(r)
	if err != nil {
		return err
	}
	form, err := FormOf(w, r)
	if err != nil {
		return err
	}
	do, now, how := form.Get("do"), time.Now(), s.how(r, subscribers.ByLink)
	switch do {
	case "save":
		err = s.Readers.SetProfile(r.Context(), h.reader.ID, s.wishes().Profile(h.reader, h.subs, form), how, now)
	case "pause":
		weeks, wrong := strconv.Atoi(cmp.Or(form.Get("weeks"), strconv.Itoa(usualWeeks)))
		if wrong != nil || weeks < 1 || weeks > MostWeeks {
			return Status(http.StatusBadRequest)
		}
		err = s.Readers.PauseUntil(r.Context(), h.reader.ID, now.AddDate(0, 0, 7*weeks), how, now)
	case "resume":
		err = s.Readers.PauseUntil(r.Context(), h.reader.ID, time.Time{}, how, now)
	case "stop-all":
		err = s.Readers.Leave(r.Context(), h.reader.ID, "", how, now)
	default:
		return Status(http.StatusBadRequest)
	}
	if err != nil {
		return err
	}
	s.Log.Info("reader changed preferences", "subscriber", h.reader.ID, "what", do)
	KeepPrivate(w.Header())
	http.Redirect(w, r, h.path("?saved"), http.StatusSeeOther)
	return nil
}
