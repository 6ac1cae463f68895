package web

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/templates"
)

// A handler answers a request or says why it cannot; serve makes a page of
// that.
type handler func(w http.ResponseWriter, r *http.Request) error

// status is an error that is only its HTTP status.
type status int

func (s status) Error() string { return http.StatusText(int(s)) }

// notFound is what a handler returns for a thing that is not there.
const notFound = status(http.StatusNotFound)

// serve turns errors into pages: the reader gets a sentence, the log the chain.
func (s *Server) serve(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.secure(w.Header())
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.Error("page panicked", "route", r.Pattern, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
				s.sorry(w, r, http.StatusInternalServerError)
			}
		}()
		err := h(w, r)
		if err == nil {
			return
		}
		code := http.StatusInternalServerError
		var st status
		if errors.As(err, &st) {
			code = int(st)
		}
		if code >= 500 && r.Context().Err() == nil {
			s.Log.Error("page failed", "route", r.Pattern, "err", err)
		}
		s.sorry(w, r, code)
	})
}

// sorry writes the page of an error.
func (s *Server) sorry(w http.ResponseWriter, r *http.Request, code int) {
	v := &templates.ErrorPage{Page: s.page(r, ""), Status: code, Home: "/"}
	v.Hidden = true
	b, err := s.Templates.Page(v)
	if err != nil {
		s.Log.Error("error page failed", "err", err)
		b = []byte(http.StatusText(code))
	}
	h := w.Header()
	h.Del("ETag")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}

// secure sets the headers every answer has. Nothing is loaded from elsewhere
// but the pictures of articles, which live where their publication keeps them.
func (s *Server) secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' https: data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
}

// public writes a page that anybody may see and keep for some minutes.
func (s *Server) public(w http.ResponseWriter, r *http.Request, v templates.View) error {
	b, err := s.Templates.Page(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Set("Vary", "Accept-Language")
	return give(w, r, b, etag(b), time.Time{})
}

// private writes a page that is one reader's: kept by nobody, found by no
// search engine, and its address told to nobody.
func (s *Server) private(w http.ResponseWriter, r *http.Request, v templates.View) error {
	b, err := s.Templates.Page(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method != http.MethodHead {
		w.Write(b)
	}
	return nil
}

// etag is a strong validator made from the bytes alone.
func etag(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}
