package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// link answers for what the links of a reader's letters lead to. A link that
// is not ours, or whose reader was erased, gets a page that says we do not know
// it; which of them, is nobody's business.
func (s *Server) link(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if !errors.Is(err, subscribers.ErrToken) && !errors.Is(err, subscribers.ErrNotFound) {
			return err
		}
		l := s.Locale()
		v := &templates.UnsubscribePage{Page: s.page(r, l, l.Message("unsubscribe.unknown_title")), State: templates.Unknown}
		v.Hidden = true
		return s.Private(w, r, http.StatusNotFound, v)
	}
}

// A parting is how it stands between a reader and a newsletter.
type parting struct {
	reader     *subscribers.Subscriber
	newsletter string // empty: everything
	gone       bool   // the reader has left
	undo       bool   // and may take it back
}

func (s *Server) parting(r *http.Request, id int64, newsletter string) (*parting, error) {
	reader, err := s.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return nil, err
	}
	subs, err := s.Readers.Subscriptions(r.Context(), id)
	if err != nil {
		return nil, err
	}
	p := &parting{reader: reader, newsletter: newsletter, gone: true}
	for _, sub := range subs {
		switch {
		case newsletter != "" && sub.Newsletter != newsletter:
		case sub.Left.IsZero():
			p.gone = false
		default:
			p.undo = reader.Status == subscribers.Active || reader.Status == subscribers.Left
		}
	}
	return p, nil
}

// askToLeave shows one button. It changes nothing: scanners come here too.
func (s *Server) askToLeave(w http.ResponseWriter, r *http.Request) error {
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return err
	}
	p, err := s.parting(r, id, newsletter)
	if err != nil {
		return err
	}
	if p.gone {
		return s.left(w, r, p)
	}
	v := s.partingPage(r, p, templates.Ask)
	v.Action, v.Keep = unsubscribe(r, ""), "/"
	for _, why := range reasons {
		v.Reasons = append(v.Reasons, templates.Option{Value: why, Label: s.languageOf(p.reader).Message("reader.why_" + why)})
	}
	if newsletter != "" {
		v.All = unsubscribe(r, "/everything")
	}
	return s.Private(w, r, http.StatusOK, v)
}

// unsubscribe is the path of the request's link, and of what lies below it.
func unsubscribe(r *http.Request, below string) string {
	return "/unsubscribe/" + r.PathValue("token") + below
}

// leave ends the subscription, as a person's button or a mail service's
// one-click POST (RFC 8058) says. Either may come twice.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return err
	}
	if isOneClick(w, r) {
		return s.leaveInOneClick(w, r, id, newsletter)
	}
	return s.leaveByHand(w, r, id, newsletter)
}

// leaveEverything ends all of a reader's subscriptions.
func (s *Server) leaveEverything(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.leaveByHand(w, r, id, "")
}

// leaveInOneClick gives a mail service the empty answer it wants. An erased
// reader gets nothing more, which is all that was asked for.
func (s *Server) leaveInOneClick(w http.ResponseWriter, r *http.Request, id int64, newsletter string) error {
	err := s.Readers.Leave(r.Context(), id, newsletter, s.how(r, subscribers.ByOneClick), time.Now())
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return err
	}
	s.Log.Info("reader left", "subscriber", id, "newsletter", newsletter, "by", "one click")
	KeepPrivate(w.Header())
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) leaveByHand(w http.ResponseWriter, r *http.Request, id int64, newsletter string) error {
	reader, err := s.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.Readers.Leave(r.Context(), id, newsletter, s.why(w, r, s.languageOf(reader)), time.Now()); err != nil {
		return err
	}
	s.Log.Info("reader left", "subscriber", id, "newsletter", newsletter, "by", "page")
	p, err := s.parting(r, id, newsletter)
	if err != nil {
		return err
	}
	return s.left(w, r, p)
}

// reasons are what a reader may tick who leaves, as messages and fields name
// them.
var reasons = []string{"too_many", "not_expected", "elsewhere", "other"}

// why is how a reader left, with the reason if one was ticked. What else is in
// the form, or whether it can be read, does not matter: who posts wants to leave.
func (s *Server) why(w http.ResponseWriter, r *http.Request, l *i18n.Locale) subscribers.Consent {
	how := s.how(r, subscribers.ByLink)
	form, err := FormOf(w, r)
	if why := form.Get("why"); err == nil && slices.Contains(reasons, why) {
		how.Text, how.Language = l.Message("reader.why_"+why), l.Words
	}
	return how
}

// left says that the reader has left, and offers the way back.
func (s *Server) left(w http.ResponseWriter, r *http.Request, p *parting) error {
	v := s.partingPage(r, p, templates.Done)
	if p.undo {
		v.Action = unsubscribe(r, "/undo")
		if p.newsletter == "" {
			v.Action = unsubscribe(r, "/undo-all")
		}
	}
	if p.newsletter != "" && p.reader.Status != subscribers.Left {
		v.All = unsubscribe(r, "/everything")
	}
	return s.Private(w, r, http.StatusOK, v)
}

// undo brings one subscription back as it was.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) error {
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.comeBack(w, r, id, newsletter)
}

// undoEverything brings back what the last leaving ended.
func (s *Server) undoEverything(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.comeBack(w, r, id, "")
}

func (s *Server) comeBack(w http.ResponseWriter, r *http.Request, id int64, newsletter string) error {
	if err := s.Readers.Return(r.Context(), id, newsletter, s.how(r, subscribers.ByLink), time.Now()); err != nil {
		return err
	}
	s.Log.Info("reader came back", "subscriber", id, "newsletter", newsletter)
	p, err := s.parting(r, id, newsletter)
	if err != nil {
		return err
	}
	return s.Private(w, r, http.StatusOK, s.partingPage(r, p, templates.Undone))
}

func (s *Server) partingPage(r *http.Request, p *parting, state string) *templates.UnsubscribePage {
	l := s.languageOf(p.reader)
	v := &templates.UnsubscribePage{
		Page: s.page(r, l, l.Message("unsubscribe.title")), State: state,
		Address: subscribers.Mask(p.reader.Email),
	}
	if p.newsletter != "" {
		v.Newsletter = s.Newsletter(p.newsletter).Title
	}
	v.Hidden = true
	return v
}

// languageOf is the language of a reader's own pages: that of their letters.
func (s *Server) languageOf(reader *subscribers.Subscriber) *i18n.Locale {
	return s.Catalog.First(cmp.Or(reader.Language, s.Publication.Language), s.Publication.Language)
}

// isOneClick reports whether a POST carries the body of RFC 8058, in whatever
// case and with blanks round it. A body that cannot be read is a person's:
// whoever posts here wants to leave.
func isOneClick(w http.ResponseWriter, r *http.Request) bool {
	form, err := FormOf(w, r)
	if err != nil {
		return false
	}
	is := func(said, want string) bool { return strings.EqualFold(strings.TrimSpace(said), want) }
	for name, values := range form {
		if is(name, "List-Unsubscribe") && slices.ContainsFunc(values, func(v string) bool { return is(v, "One-Click") }) {
			return true
		}
	}
	return false
}
