package web

import (
	"cmp"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A parting is what an unsubscribe link speaks of.
type parting struct {
	path       string // of the link
	reader     *subscribers.Subscriber
	newsletter string // empty: everything
	gone       bool   // the reader has left already
	undo       bool   // and may take it back
}

// parting reads the link, or returns subscribers.ErrToken or ErrNotFound.
func (s *Server) parting(r *http.Request) (*parting, error) {
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return nil, err
	}
	return s.partingOf(r, id, newsletter)
}

// partingOf returns how it stands between a reader and a newsletter.
func (s *Server) partingOf(r *http.Request, id int64, newsletter string) (*parting, error) {
	reader, err := s.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return nil, err
	}
	all, err := s.Readers.Subscriptions(r.Context(), id)
	if err != nil {
		return nil, err
	}
	p := &parting{path: "/unsubscribe/" + r.PathValue("token"), reader: reader, newsletter: newsletter}
	left := func(sub subscribers.Subscription) bool {
		return !sub.Left.IsZero() && (newsletter == "" || sub.Newsletter == newsletter)
	}
	open := func(sub subscribers.Subscription) bool {
		return sub.Left.IsZero() && (newsletter == "" || sub.Newsletter == newsletter)
	}
	p.gone = !slices.ContainsFunc(all, open)
	p.undo = slices.ContainsFunc(all, left) && (reader.Status == subscribers.Active || reader.Status == subscribers.Left)
	return p, nil
}

// askToLeave shows one button. It changes nothing: scanners come here too.
func (s *Server) askToLeave(w http.ResponseWriter, r *http.Request) error {
	p, err := s.parting(r)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	if p.gone {
		return s.left(w, r, p)
	}
	v := s.partingPage(r, p, templates.Ask)
	v.Action, v.Keep = p.path, "/"
	if p.newsletter != "" {
		v.All = p.path + "/everything"
	}
	return s.private(w, r, http.StatusOK, v)
}

// leave ends the subscription. A mail service's one-click POST (RFC 8058) gets
// an empty answer, a person a page with the way back. Either may come twice.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	oneClick := isOneClick(w, r)
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	err = s.Readers.Leave(r.Context(), id, newsletter, time.Now())
	if oneClick && (err == nil || errors.Is(err, subscribers.ErrNotFound)) {
		// An erased reader gets nothing more, which is all that was asked for.
		s.Log.Info("reader left", "subscriber", id, "newsletter", newsletter, "by", "one click")
		keepPrivate(w.Header())
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader left", "subscriber", id, "newsletter", newsletter, "by", "page")
	p, err := s.partingOf(r, id, newsletter)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	return s.left(w, r, p)
}

// leaveEverything ends all of a reader's subscriptions.
func (s *Server) leaveEverything(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	if err := s.Readers.Leave(r.Context(), id, "", time.Now()); err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader left", "subscriber", id, "newsletter", "all", "by", "page")
	p, err := s.partingOf(r, id, "")
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	return s.left(w, r, p)
}

// left says that the reader has left, and offers the way back.
func (s *Server) left(w http.ResponseWriter, r *http.Request, p *parting) error {
	v := s.partingPage(r, p, templates.Done)
	if p.undo {
		v.Action = p.path + "/undo"
		if p.newsletter == "" {
			v.Action = p.path + "/undo-all"
		}
	}
	if p.newsletter != "" && p.reader.Status != subscribers.Left {
		v.All = p.path + "/everything"
	}
	return s.private(w, r, http.StatusOK, v)
}

// undo brings one subscription back as it was.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) error {
	id, newsletter, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	return s.comeBack(w, r, id, newsletter)
}

// undoEverything brings back what the last leaving ended.
func (s *Server) undoEverything(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.Tokens.ParseLeave(r.PathValue("token"))
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	return s.comeBack(w, r, id, "")
}

func (s *Server) comeBack(w http.ResponseWriter, r *http.Request, id int64, newsletter string) error {
	if err := s.Readers.Return(r.Context(), id, newsletter, time.Now()); err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader came back", "subscriber", id, "newsletter", newsletter)
	p, err := s.partingOf(r, id, newsletter)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	return s.private(w, r, http.StatusOK, s.partingPage(r, p, templates.Undone))
}

func (s *Server) partingPage(r *http.Request, p *parting, state string) *templates.UnsubscribePage {
	l := s.languageOf(p.reader)
	v := &templates.UnsubscribePage{
		Page: s.page(r, l, l.Message("unsubscribe.title")), State: state,
		Address: subscribers.Mask(p.reader.Email),
	}
	if p.newsletter != "" {
		v.Newsletter = s.newsletter(p.newsletter).Title
	}
	v.Hidden = true
	return v
}

// languageOf is the language of a reader's own pages: that of their letters.
func (s *Server) languageOf(reader *subscribers.Subscriber) *i18n.Locale {
	return s.Catalog.First(cmp.Or(reader.Language, s.Publication.Language), s.Publication.Language)
}

// unknownLink answers a link that is not ours, or whose reader was erased;
// which of them, is nobody's business. Any other error is passed on.
func (s *Server) unknownLink(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, subscribers.ErrToken) && !errors.Is(err, subscribers.ErrNotFound) {
		return err
	}
	l := s.locale()
	v := &templates.UnsubscribePage{Page: s.page(r, l, l.Message("unsubscribe.unknown_title")), State: templates.Unknown}
	v.Hidden = true
	return s.private(w, r, http.StatusNotFound, v)
}

// isOneClick reports whether a POST carries the body of RFC 8058. A body that
// cannot be read is a person's: whoever posts here wants to leave.
func isOneClick(w http.ResponseWriter, r *http.Request) bool {
	form, err := formOf(w, r)
	return err == nil && form.Get("List-Unsubscribe") == "One-Click"
}

// largestForm is the most bytes a form may have.
const largestForm = 64 << 10

// formOf reads the fields of a POST, urlencoded or multipart. A body of
// another kind has none.
func formOf(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(largestForm) // all of it fits: nothing is put on disk
	} else {
		err = r.ParseForm()
	}
	return r.PostForm, err
}
