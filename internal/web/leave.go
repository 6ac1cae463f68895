package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A parting is what an unsubscribe link speaks of.
type parting struct {
	token      string
	subscriber int64
	newsletter string // empty: everything
	title      string // of the newsletter
	address    string // masked
}

// parting reads the link. Readers who were erased have nothing to leave, and
// their links say what any unknown link says.
func (s *Server) parting(r *http.Request) (*parting, error) {
	p := &parting{token: r.PathValue("token")}
	var err error
	if p.subscriber, p.newsletter, err = s.Tokens.ParseLeave(p.token); err != nil {
		return nil, err
	}
	reader, err := s.Readers.Subscriber(r.Context(), p.subscriber)
	if err != nil {
		return nil, err
	}
	p.address = subscribers.Mask(reader.Email)
	p.title = p.newsletter
	if n := s.newsletter(p.newsletter); n != nil {
		p.title = n.Title
	}
	return p, nil
}

// askToLeave shows one button. It changes nothing: scanners come here too.
func (s *Server) askToLeave(w http.ResponseWriter, r *http.Request) error {
	p, err := s.parting(r)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	v := s.partingPage(r, p, templates.Ask)
	v.Action = "/unsubscribe/" + p.token
	if p.newsletter != "" {
		v.All = v.Action + "/everything"
	}
	v.Keep = "/"
	return s.private(w, r, v)
}

// leave ends the subscription. A mail service's one-click POST (RFC 8058) gets
// an empty answer, a person a page with the way back. Both may come twice.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	p, err := s.parting(r)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	if err := s.Readers.Leave(r.Context(), p.subscriber, p.newsletter, time.Now()); err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader left", "subscriber", p.subscriber, "newsletter", p.newsletter)
	if oneClick(r) {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	v := s.partingPage(r, p, templates.Done)
	v.Action = "/unsubscribe/" + p.token + "/undo"
	if p.newsletter != "" {
		v.All = "/unsubscribe/" + p.token + "/everything"
	}
	return s.private(w, r, v)
}

// oneClick reports whether a POST carries the body of RFC 8058, urlencoded or
// multipart.
func oneClick(r *http.Request) bool {
	r.Body = http.MaxBytesReader(nil, r.Body, 64<<10)
	if err := r.ParseMultipartForm(64 << 10); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return false
	}
	return r.PostForm.Get("List-Unsubscribe") == "One-Click"
}

// leaveEverything ends all of a reader's subscriptions.
func (s *Server) leaveEverything(w http.ResponseWriter, r *http.Request) error {
	p, err := s.parting(r)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	if err := s.Readers.Leave(r.Context(), p.subscriber, "", time.Now()); err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader left", "subscriber", p.subscriber, "newsletter", "all")
	p.newsletter, p.title = "", ""
	v := s.partingPage(r, p, templates.Done)
	v.Action = "/unsubscribe/" + p.token + "/undo-all"
	return s.private(w, r, v)
}

// undo brings one subscription back as it was.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) error {
	return s.comeBack(w, r, func(p *parting) {})
}

// undoEverything brings back what the last leaving ended.
func (s *Server) undoEverything(w http.ResponseWriter, r *http.Request) error {
	return s.comeBack(w, r, func(p *parting) { p.newsletter, p.title = "", "" })
}

func (s *Server) comeBack(w http.ResponseWriter, r *http.Request, widen func(*parting)) error {
	p, err := s.parting(r)
	if err != nil {
		return s.unknownLink(w, r, err)
	}
	widen(p)
	if err := s.Readers.Return(r.Context(), p.subscriber, p.newsletter, time.Now()); err != nil {
		return s.unknownLink(w, r, err)
	}
	s.Log.Info("reader came back", "subscriber", p.subscriber, "newsletter", p.newsletter)
	return s.private(w, r, s.partingPage(r, p, templates.Undone))
}

func (s *Server) partingPage(r *http.Request, p *parting, state string) *templates.UnsubscribePage {
	v := &templates.UnsubscribePage{
		Page: s.page(r, s.locale().Message("unsubscribe.title")), State: state,
		Newsletter: p.title, Address: p.address,
	}
	v.Hidden = true
	return v
}

// unknownLink answers a link that is not ours, or no longer; anything else
// that went wrong is passed on.
func (s *Server) unknownLink(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, subscribers.ErrToken) && !errors.Is(err, subscribers.ErrNotFound) {
		return err
	}
	v := s.partingPage(r, &parting{}, templates.Unknown)
	b, err := s.Templates.Page(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		w.Write(b)
	}
	return nil
}
