package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A question is what a link to confirm asks.
type question struct {
	kind    subscribers.RequestKind
	request *subscribers.Request // nil: it was forgotten
	expired bool
}

// question returns what the link of a request asks; subscribers.ErrToken if it
// is none of ours.
func (s *Server) question(r *http.Request, now time.Time) (*question, error) {
	kind, id, err := s.Tokens.ParseConfirm(r.PathValue("token"), now)
	q := &question{kind: kind, expired: errors.Is(err, subscribers.ErrExpired)}
	if err != nil && !q.expired {
		return nil, err
	}
	switch q.request, err = s.Readers.Request(r.Context(), id); {
	case errors.Is(err, subscribers.ErrNoRequest):
		q.request, q.expired = nil, true
	case err != nil:
		return nil, err
	}
	return q, nil
}

func (q *question) answered() bool { return q.request != nil && !q.request.Done.IsZero() }

// askToConfirm shows one button and nothing else. It changes nothing: scanners
// come here first.
func (s *Server) askToConfirm(w http.ResponseWriter, r *http.Request) error {
	q, err := s.question(r, time.Now())
	if err != nil {
		return err
	}
	switch {
	case q.answered():
		return s.confirmed(w, r, q)
	case q.expired:
		return s.expired(w, r, q)
	}
	l := s.languageOfRequest(q.request)
	p := s.confirmPage(r, l, q, templates.Ask, "confirm.title")
	p.Action = r.URL.EscapedPath()
	if q.kind == subscribers.NewAddress {
		p.Title, p.Address = l.Message("confirm.address_title"), subscribers.Mask(q.request.Email)
		return s.Private(w, r, http.StatusOK, p)
	}
	var titles []string
	for _, name := range q.request.Newsletters {
		titles = append(titles, s.Newsletter(name).Title)
	}
	p.Newsletters = l.List(titles)
	return s.Private(w, r, http.StatusOK, p)
}

// confirm does what was asked for. It may come twice.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	q, err := s.question(r, now)
	if err != nil {
		return err
	}
	switch {
	case q.answered():
		return s.confirmed(w, r, q)
	case q.expired:
		return s.expired(w, r, q)
	}
	l := s.languageOfRequest(q.request)
	how := s.how(r, subscribers.ByLink)
	how.Language, how.Text = l.Words, s.agreed(l, q)
	done, err := s.Readers.Confirm(r.Context(), q.request.ID, how, s.Welcome, now)
	switch {
	case errors.Is(err, subscribers.ErrNoRequest):
		return s.expired(w, r, q)
	case errors.Is(err, subscribers.ErrTaken):
		return s.Private(w, r, http.StatusConflict, s.confirmPage(r, l, q, templates.Taken, "confirm.address_taken_title"))
	case err != nil:
		return err
	}
	s.Log.Info("reader confirmed", "subscriber", done.Subscriber, "what", q.kind)
	own := "/preferences/" + s.Tokens.Preferences(done.Subscriber, "")
	if q.kind == subscribers.NewAddress {
		p := s.confirmPage(r, l, q, templates.Done, "confirm.address_done_title")
		p.Address, p.Preferences = subscribers.Mask(q.request.Email), own
		return s.Private(w, r, http.StatusOK, p)
	}
	KeepPrivate(w.Header())
	http.Redirect(w, r, own+"?welcome", http.StatusSeeOther)
	return nil
}

// agreed is the sentence on the button.
func (s *Server) agreed(l *i18n.Locale, q *question) string {
	if q.kind == subscribers.NewAddress {
		return l.Message("confirm.address_title")
	}
	var titles []string
	for _, name := range q.request.Newsletters {
		titles = append(titles, s.Newsletter(name).Title)
	}
	return l.Message("confirm.button", "newsletters", l.List(titles))
}

// confirmed answers a link that has done its work, however often it comes. It
// tells nobody whose it was: what was asked for is known to who asked.
func (s *Server) confirmed(w http.ResponseWriter, r *http.Request, q *question) error {
	reader, err := s.Readers.Subscriber(r.Context(), q.request.Subscriber)
	if err != nil {
		return err
	}
	subs, err := s.Readers.Subscriptions(r.Context(), reader.ID)
	if err != nil {
		return err
	}
	l := s.languageOf(reader)
	p := s.confirmPage(r, l, q, templates.Already, "confirm.already_title")
	p.Address, p.Preferences = subscribers.Mask(reader.Email), "/preferences/"+s.Tokens.Preferences(reader.ID, "")
	has := slices.ContainsFunc(subs, func(sub subscribers.Subscription) bool { return sub.Left.IsZero() })
	if reader.Status != subscribers.Active || !has { // they have left since
		p.State = templates.Expired
		p.Again, p.Address = "/subscribe", ""
	}
	return s.Private(w, r, http.StatusOK, p)
}

// expired answers a link that is too old, or whose request was forgotten.
func (s *Server) expired(w http.ResponseWriter, r *http.Request, q *question) error {
	l := s.voice(r).Locale
	if q.request != nil {
		l = s.languageOfRequest(q.request)
	}
	p := s.confirmPage(r, l, q, templates.Expired, "confirm.expired_title")
	if q.kind == subscribers.SignUp {
		p.Again = "/subscribe"
	}
	return s.Private(w, r, http.StatusGone, p)
}

func (s *Server) confirmPage(r *http.Request, l *i18n.Locale, q *question, state, title string) *templates.ConfirmPage {
	p := &templates.ConfirmPage{
		Page: s.page(r, l, l.Message(title)), State: state, NewAddress: q.kind == subscribers.NewAddress,
		Days: int(subscribers.RequestLife / (24 * time.Hour)),
	}
	p.Hidden = true
	return p
}

// languageOfRequest is the language of the letter that asked.
func (s *Server) languageOfRequest(q *subscribers.Request) *i18n.Locale {
	return s.languageOf(&subscribers.Subscriber{Language: q.Language})
}
