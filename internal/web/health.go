package web

import (
	"net/http"
)

// healthz says that the process is alive.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	return plain(w, r, http.StatusOK, "ok\n")
}

// readyz says whether requests can be served: the feeds are made and the
// database answers.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if !s.Shelf.Filled() {
		return plain(w, r, http.StatusServiceUnavailable, "feeds are being made\n")
	}
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			s.Log.Warn("not ready", "err", err)
			return plain(w, r, http.StatusServiceUnavailable, "database does not answer\n")
		}
	}
	return plain(w, r, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, r *http.Request, code int, text string) error {
	w.Header().Set("Cache-Control", "no-store")
	Write(w, r, code, "text/plain; charset=utf-8", []byte(text))
	return nil
}
