package web

import (
	"net/http"
	"time"
)

// healthz says that the process is alive.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	return plain(w, http.StatusOK, "ok\n")
}

// readyz says whether requests can be served: the database answers and the
// feeds are made.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.Warn("not ready", "err", err)
		return plain(w, http.StatusServiceUnavailable, "not ready\n")
	}
	return plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, code int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	w.Write([]byte(text))
	return nil
}

// observe logs requests that failed or took long. Addresses hold tokens, so
// only the route is logged.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(rec, r)
		if took := time.Since(began); rec.code >= 500 || took > 2*time.Second {
			s.Log.Warn("slow or failed request", "method", r.Method, "route", r.Pattern, "code", rec.code, "took", took.Round(time.Millisecond))
		}
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
