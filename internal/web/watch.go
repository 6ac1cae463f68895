package web

import (
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"time"
)

// slow is how long an answer may take before somebody should look into it.
const slow = 2 * time.Second

// watch stands around all handlers: it makes a page of a panic, and tells what
// became of the request.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.Log.Error("request panicked", "route", r.Pattern, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.code == 0 {
					lineOf(r.Context()).lead(nil)
					s.sorry(rec, r, http.StatusInternalServerError)
					p = nil
				}
			}
			took := time.Since(began)
			if rec.Header().Get("Content-Type") == EventStream {
				took = 0 // it lasts as long as somebody watches
			}
			s.answered(r, rec.code, took)
			if p != nil {
				panic(http.ErrAbortHandler) // half an answer must not look whole
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) answered(r *http.Request, code int, took time.Duration) {
	if code == 0 {
		code = http.StatusOK // as net/http answers for a handler that wrote nothing
	}
	if took > slow {
		s.Log.Warn("request was slow", "method", r.Method, "route", r.Pattern, "code", code, "took", took.Round(time.Millisecond))
	}
	if s.Answered != nil {
		s.Answered(r.Pattern, code, took)
	}
}

// secure sets the headers that guard an answer. What it says of pages does no
// harm to others. A feed has the two that mean something to it: see
// [Server.show].
func (s *Server) secure(next http.Handler) http.Handler {
	always := http.Header{
		"Content-Security-Policy": {s.Policy()},
		"X-Content-Type-Options":  noSniffing,
		"Referrer-Policy":         {"strict-origin-when-cross-origin"},
		"Permissions-Policy":      {"camera=(), geolocation=(), microphone=(), browsing-topics=()"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), always) // the values are shared by all answers
		next.ServeHTTP(w, r)
	})
}

var noSniffing = []string{"nosniff"}

// A recorder remembers the status of an answer; 0 while there is none.
type recorder struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(code int) {
	if r.code == 0 && code >= 200 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
