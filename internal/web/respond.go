package web

import (
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// Status is an error that is only its HTTP status.
type Status int

func (s Status) Error() string { return http.StatusText(int(s)) }

// NotFound is what a handler returns for a thing that is not there.
const NotFound = Status(http.StatusNotFound)

// CodeOf is the one place where errors become statuses.
func CodeOf(err error) int {
	var code Status
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, digest.ErrNotFound), errors.Is(err, subscribers.ErrNotFound), errors.Is(err, subscribers.ErrToken), errors.Is(err, mailer.ErrNoLetter):
		return http.StatusNotFound
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// serve makes pages of errors: whoever asked gets a sentence, the log the
// chain.
func (s *Server) serve(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := error(NotFound)
		if Fit(r.URL.Path) {
			err = h(w, r)
		}
		if err == nil {
			return
		}
		code := CodeOf(err)
		if code >= 500 && r.Context().Err() == nil {
			s.Log.Error("request failed", "route", r.Pattern, "code", code, "err", err)
		}
		s.sorry(w, r, code)
	})
}

// sorry says that there is nothing to give: a page for people, a line for
// programs, and no word of what happened inside.
func (s *Server) sorry(w http.ResponseWriter, r *http.Request, code int) {
	h := w.Header()
	for _, of := range []string{"ETag", "Last-Modified", "Content-Disposition", "Access-Control-Allow-Origin", "Content-Language", "Vary"} {
		h.Del(of)
	}
	h.Set("Cache-Control", "no-store")
	if code == http.StatusServiceUnavailable {
		h.Set("Retry-After", "5")
	}
	if forAPI(r.URL.Path) {
		s.TellProblem(w, r, Wrong(code, ""))
		return
	}
	if forPrograms(r.URL.Path) {
		Write(w, r, code, "text/plain; charset=utf-8", []byte(http.StatusText(code)+"\n"))
		return
	}
	b, err := s.Templates.Page(s.apology(r, code))
	if err != nil {
		s.Log.Error("error page failed", "err", err)
		Write(w, r, code, "text/plain; charset=utf-8", []byte(http.StatusText(code)+"\n"))
		return
	}
	Write(w, r, code, "text/html; charset=utf-8", b)
}

// EventStream is the media type of streams of events (HTML, 9.2).
const EventStream = "text/event-stream"

// forPrograms reports whether what lies at a path is read by programs: feeds,
// pictures and files.
func forPrograms(p string) bool {
	switch feed.Format(strings.TrimPrefix(path.Ext(p), ".")) {
	case feed.RSS, feed.Atom, feed.JSON, feed.ICS, feed.OPML:
		return true
	}
	return p == "/hub" || strings.HasPrefix(p, "/media/") || strings.HasPrefix(p, "/img/") || strings.HasPrefix(p, "/static/")
}

// public writes a page that anybody may see and keep for a minute. It is the
// same for all who speak a language: it varies by nothing else, and not by that
// where the address names the language.
func (s *Server) public(w http.ResponseWriter, r *http.Request, speaking voice, v templates.View) error {
	b, err := s.Templates.Page(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", speaking.Words)
	h.Set("Cache-Control", "public, max-age=60")
	if speaking.named == "" {
		h.Set("Vary", "Accept-Language")
	}
	give(w, r, b, etag(b))
	return nil
}

// KeepPrivate sets the headers of a page that is one reader's. The policy is
// not no-referrer: with that, browsers send "Origin: null" with the page's own
// forms, and where they send no Sec-Fetch-Site (older ones, and all of them
// over plain HTTP) the form would be taken for another site's.
func KeepPrivate(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// Write answers with b as it is.
func Write(w http.ResponseWriter, r *http.Request, code int, mediaType string, b []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b) // an error is the client's having gone
	}
}
